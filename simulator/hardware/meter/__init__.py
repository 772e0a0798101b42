"""Energy meters on a pole's board."""
