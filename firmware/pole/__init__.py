"""The app of a pole.

``const`` is MicroPython's: the compiler writes the value of a private constant, ``_NAME = const(1)``, where it is used,
and the constant takes no memory on the pole.
"""

try:
    from micropython import const
except ImportError:  # CPython

    def const(value):  # type: ignore[misc]
        """*value* itself."""
        return value
