"""The app of a pole.

``const`` is MicroPython's: a private constant, ``_NAME = const(1)``, is put in its places by the compiler and takes no
room in the pole's memory.
"""

try:
    from micropython import const
except ImportError:  # CPython

    def const(value):  # type: ignore[misc]
        """*value* itself."""
        return value
