"""A city in virtual time: its poles in cells of a fixed size, each simulated apart, over several processes."""
