"""Random bytes from the chip, and bytes that only differ from the last ones where the chip raises."""

from pole.runtime.aio import ticks_ms


class Entropy:
    """Draws from *source(n)*; where that raises (noted in *failures* as ``random``), from the time of the call.

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
