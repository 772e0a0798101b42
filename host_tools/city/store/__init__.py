"""The city's memory: one schema for SQLite and PostgreSQL, and the fast path of each for what comes by the thousand."""
