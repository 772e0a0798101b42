"""Simulates a street on a desktop: engines, virtual hardware, the plant, scenarios.

Tests of several packages: `test_long_life`; tests/simulator/cuts: `test_pole_cuts`; tests/simulator/device_modules:
`test_chip_pipe`.
"""
