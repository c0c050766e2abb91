"""What is read about reports, places and incidents."""
