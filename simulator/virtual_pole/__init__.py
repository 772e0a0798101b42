"""The virtual pole at a serial port: a chip that real esptool flashes and that boots what was flashed."""
