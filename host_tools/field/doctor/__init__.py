"""Examines a laptop for flashing and commissioning: one line for each need, with its cure."""
