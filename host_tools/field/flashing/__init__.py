"""Flashing: questions to a chip, the plan of what is written, and one pass of esptool for each port."""
