"""`make bench`: how fast both engines are beside each other, and what the pole costs in memory."""
