"""Control gear on a pole's board."""
