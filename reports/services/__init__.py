"""What changes reports, places and incidents."""
