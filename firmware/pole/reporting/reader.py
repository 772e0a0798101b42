"""Reads the journal in order, the records of all classes together, while segments may be added and deleted."""

from pole.link.outbox import Record
from pole.wire import contract


class Reader:
    """The records of *segments* whose sequence is above *after*, in order."""

    def __init__(self, segments, after):
        self._segments = segments
        self._after = after
        self._places = {}  # by class: key, byte in it, what was found there

    def peek(self):
        """Sequence of the next record, 0 when there is none yet."""
        place = self._next()
        return place[2][0] if place else 0

    def pop(self):
        """(epoch, text) of the record ``peek`` has just named."""
        place = self._next()
        self._after, epoch, text, _ = place[2]
        place[2] = None
        return epoch, text

    def _next(self):
        """The place of the oldest record, None when there is none yet."""
        places, first = self._places, None
        for key in self._segments.keys:
            if key & 7 not in places:
                places[key & 7] = [-1, 0, None]
        for routine in places:
            place = places[routine]
            if self._seek(place, routine) and (not first or place[2][0] < first[2][0]):
                first = place
        return first

    def _seek(self, place, routine):
        """Whether there is a record for *place*, of class *routine*."""
        segments = self._segments
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
                return False
            place[:] = follower, 0, None
        return place[2] is not None

    def _start(self, routine):
        start = None
        for key in self._segments.keys:
            if key & 7 == routine and (start is None or key >> 3 <= self._after + 1):
                start = key
        return start


def event_from(journal, first):
    """(sequence, text) of the first event of *journal* from sequence *first* on; (None, None) past the last."""
    reader = Reader(journal.segments, first - 1)
    sequence = reader.peek()
    return (sequence, reader.pop()[1].decode()) if sequence else (None, None)


def record_of(found, sequence, replayed, now):
    """The record to be sent of *found*, (epoch, text): an event's text gets its id and whether it is *replayed*."""
    epoch, text = found
    tail = ',"id":"%s-%d","replayed":%s}' % (epoch, sequence, "true" if replayed else "false")
    record = Record(contract.EVENT, text.decode()[:-1] + tail, now)
    record.sequence = sequence
    return record
