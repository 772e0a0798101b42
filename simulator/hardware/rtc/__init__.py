"""Clock chips on a pole's board."""
