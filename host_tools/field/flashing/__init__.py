"""Flashing: questions to a chip, the plan of what is written, and one pass of esptool for each port.

Tests of several modules: `test_verb` and `test_as_installed` (`diya flash`), `test_cable`, `test_parts`.
"""
