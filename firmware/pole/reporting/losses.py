"""Counts events that neither flash nor memory took, until an event that reports them can be stored."""


class Losses:
    """Losses that were not reported yet, by epoch.  *clock()*: Unix seconds or None."""

    def __init__(self, clock):
        self.clock = clock
        self.untold = []  # [epoch, first, last, count, from, to], one an epoch

    def add(self, epoch, first, last, count=1):
        """Adds *count* lost events, of the events *first* to *last* of *epoch*."""
        at = self.clock()
        for one in self.untold:
            if one[0] == epoch:
                one[2], one[5] = last, at
                one[3] += count
                return
        self.untold.append([epoch, first, last, count, at, at])

    def tell(self, keep):
        """Stores the event that reports the first of them with *keep(text)*; if that is refused, or there is no memory,
        it stays unreported.
        """
        try:
            from pole.reporting.upkeep import tell

            tell(self, keep)
        except MemoryError:
            pass
