"""The service of a laptop at the pole: one line of JSON asks, one answers, and the street stays lit meanwhile."""
