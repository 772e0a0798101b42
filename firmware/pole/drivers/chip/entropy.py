"""Random bytes that cannot be foreseen, and others where the chip has none."""

from pole.runtime.aio import ticks_ms


class Entropy:
    """Draws from *source(n)*; where that raises, which *failures* is told as ``random``, from the moment of asking.

    Such bytes still differ from those drawn before, which is what an epoch or a question to a time server needs most.
    """

    def __init__(self, source, failures):
        self._source = source
        self._failures = failures
        self._drawn = 0

    def draw(self, n):
        """*n* bytes."""
        try:
            return self._source(n)
        except Exception as error:
            self._failures.note("random", error)
        self._drawn += 1
        return (str(self._drawn) + str(ticks_ms()) * n).encode()[:n]
