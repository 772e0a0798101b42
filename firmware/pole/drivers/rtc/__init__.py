"""Clock chips."""
