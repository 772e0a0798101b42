"""Events that neither flash nor memory took: counted, until a record can be kept that tells of them."""


class Losses:
    """By epoch, what is lost and was not told yet.  *clock()*: Unix seconds or None."""

    def __init__(self, clock):
        self._clock = clock
        self.untold = []  # [epoch, first, last, count, from, to], one an epoch

    def add(self, epoch, first, last, count=1):
        """*count* of the events *first* to *last* of *epoch* are lost."""
        at = self._clock()
        for one in self.untold:
            if one[0] == epoch:
                one[2], one[5] = last, at
                one[3] += count
                return
        self.untold.append([epoch, first, last, count, at, at])

    def tell(self, keep):
        """Has *keep(text)* take the event that tells of the first of them; if that is refused, or there is no memory,
        it stays untold.
        """
        try:
            from pole.reporting import upkeep

            epoch, first, last, count, begin, end = self.untold[0]
            if keep(upkeep.note(epoch, first, last, count, self._clock(), (begin, end))):
                del self.untold[0]
        except MemoryError:
            pass
