"""Simulates a street on a desktop: engines, virtual hardware, the plant, scenarios.

Tests of several packages: `test_long_life`; tests/simulator/cuts: `test_pole_cuts`; tests/simulator/device_modules:
`test_chip_pipe`; tests/simulator/updates: `test_slots`, `test_update_cuts`, `test_bad_software`, `test_no_network`,
`test_no_decision`, `test_refused`, `test_delivery`, `test_flashed_pole`, `test_images`, `test_image_cuts`.
"""
