"""Sensors: inputs, accelerometer and supply."""
