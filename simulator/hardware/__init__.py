"""The electronics in a pole, as the host models them: the ESP32's ports, and the chips on its board.

Each chip is written from its datasheet, independently of the driver that uses it.

Tests of several modules: `test_outputs` and `test_storage` with the drivers, `test_both_runtimes`.
"""
