"""The virtual pole at a serial port: a chip that real esptool flashes and that boots what was flashed.

Tests of several modules: `test_bare_board`, `test_esptool`, `test_parts`; of its package firmware_run: `test_life*`,
`test_nvs`, `test_second_stage`.
"""
