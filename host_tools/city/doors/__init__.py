"""Doors: how other systems of the city reach the lights, and what they are told.  One file a door."""
