"""Events that neither flash nor memory took: counted, until a record can be kept that tells of them."""


class Losses:
    """By epoch, what is lost and was not told yet.  *clock()*: Unix seconds or None."""

    def __init__(self, clock):
        self.clock = clock
        self.untold = []  # [epoch, first, last, count, from, to], one an epoch

    def add(self, epoch, first, last, count=1):
        """*count* of the events *first* to *last* of *epoch* are lost."""
        at = self.clock()
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
            from pole.reporting.upkeep import tell

            tell(self, keep)
        except MemoryError:
            pass
