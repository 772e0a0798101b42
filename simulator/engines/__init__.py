"""The engines that run the firmware of one pole: the real MicroPython virtual machine, or this CPython process."""
