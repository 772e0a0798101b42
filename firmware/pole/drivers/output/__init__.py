"""Outputs to the lamp: relay and dimmer."""
