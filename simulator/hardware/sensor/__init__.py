"""Sensors on a pole's board.

Tests: `test_inputs` (contact and analogue input with their drivers), `test_photocell_input`.
"""
