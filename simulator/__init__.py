"""Simulates a street on a desktop: engines, virtual hardware, the plant, scenarios."""
