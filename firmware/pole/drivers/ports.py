# mypy: disable-error-code="attr-defined"
"""The ports of a pole, which board.py opens."""


class Ports:
    """All hardware of one pole: the one object that the app is given.

    ``relay``, ``dimmer``, ``watchdog``, ``handed`` (boot.py) and ``reset()`` are there first; then ``kept``, which
    keeps the size of the heap (drivers/chip/heap.py), ``board`` (its name), ``capabilities`` (what this pole can do,
    for ``birth``), ``failures`` (which of them raise), ``chip``, ``console``, ``deaths``, ``slot`` (of the app that
    runs; "" for golden), ``high_water``, ``nonce(n)`` (n bytes that cannot be foreseen), ``factory`` and ``store``
    (files), ``radio``, ``net``.  ``meter``, ``rtc``, ``photocell``, ``accelerometer``, ``door``, ``leakage``, ``gear``
    and ``supply`` are None on a board without them.
    """

    def restart(self, why):
        """Resets on purpose, which does not count as an early reset; *why* (ASCII) is reported after it."""
        self.deaths.forget(why)
        self.reset()
