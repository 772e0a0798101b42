"""Reads the journal in order, faults and routine records together, however its segments come and go meanwhile."""


class Reader:
    """The records of *segments* whose sequence is above *after*, in order."""

    def __init__(self, segments, after):
        self._segments = segments
        self._after = after
        self._places = [[-1, 0, None], [-1, 0, None]]  # by class: key, byte in it, what was found there

    def peek(self):
        """Sequence of the next record, 0 when there is none yet."""
        faults, routine = self._seek(0), self._seek(1)
        return min(faults, routine) if faults and routine else faults or routine

    def pop(self):
        """(epoch, text) of the record ``peek`` has just named."""
        faults, routine = self._places[0][2], self._places[1][2]
        place = self._places[1 if not faults or (routine and routine[0] < faults[0]) else 0]
        self._after, epoch, text, _ = place[2]
        place[2] = None
        return epoch, text

    def _seek(self, routine):
        place, segments = self._places[routine], self._segments
        if place[0] not in segments.keys:  # it was dropped, or this is the beginning
            place[:] = self._start(routine), 0, None
        while place[0] is not None and not place[2]:
            found = segments.find(place[0], place[1], self._after)
            place[1] = found[3]
            if found[0]:
                place[2] = found
                break
            follower = segments.after(place[0], routine)
            if follower is None:
                return 0
            place[:] = follower, 0, None
        return place[2][0] if place[2] else 0

    def _start(self, routine):
        start = None
        for key in self._segments.keys:
            if key & 1 == routine and (start is None or key >> 1 <= self._after + 1):
                start = key
        return start
