"""Random numbers that are the same on every runtime, and cheap on one whose small integers have 31 bits.

Three multiplicative generators of 16 bits are combined, so no product leaves the small integers and a draw allocates
nothing.  Moduli and multipliers: L'Ecuyer, "Efficient and portable combined random number generators", CACM 31 (1988),
section 4, for 16-bit computers (period about 8e12).  Spreads poles over time; keeps no secrets.
"""

from pole import const

_M1 = const(32363)
_M2 = const(31727)
_M3 = const(31657)
_SPAN = const(_M1 - 1)
_WARM_UP = const(8)  # so that seeds one apart share nothing


class Lcg:
    """A generator started from *seed*, any integer."""

    LIMIT = _SPAN * _SPAN  # about 1.05e9

    def __init__(self, seed):
        self._a = 1 + seed % (_M1 - 1)
        self._b = 1 + seed // _M1 % (_M2 - 1)
        self._c = 1 + seed // (_M1 * _M2) % (_M3 - 1)
        for _ in range(_WARM_UP):
            self._draw()

    def _draw(self):
        self._a = self._a * 157 % _M1
        self._b = self._b * 146 % _M2
        self._c = self._c * 142 % _M3
        return (self._a + _M1 - self._b + self._c) % _SPAN

    def below(self, bound):
        """An integer 0 to *bound* - 1; *bound* is 1 to ``LIMIT`` (values are even to within bound / LIMIT)."""
        return (self._draw() * _SPAN + self._draw()) % bound
