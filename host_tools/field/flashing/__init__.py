"""Flashing: what is asked of a chip, what is written, and one pass of esptool for each port."""
