"""System checks: what a deployer can get wrong, with ids and hints."""
