"""Sensors on a pole's board."""
