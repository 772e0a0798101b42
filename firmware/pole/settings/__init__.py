"""The pole's settings: their schema, checks, files, and trial of a new configuration."""
