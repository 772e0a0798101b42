"""Sensors: analogue inputs, contacts and the accelerometer."""
