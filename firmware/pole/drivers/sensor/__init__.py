"""Sensors: analogue inputs, contacts and the accelerometer.

Tests: `test_i2c_sensors` (both I2C chips), and each chip with its driver in tests/simulator/hardware/sensor.
"""
