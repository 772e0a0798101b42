"""The record: every event a city's poles have raised, each exactly once, in one SQLite file."""
