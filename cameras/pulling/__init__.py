"""How often, how many at once, and for how long a recorder is asked; the rules alone, without a database."""
