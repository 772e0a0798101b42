"""A queue between two tasks whose result does not depend on which of the two ran first.

Tasks due in the same millisecond run in an order that differs between runtimes, and that order must have no effect on
the wire.  So an item that one task puts in can be taken by the other from the next millisecond on.
"""


class Mailbox:
    """First in, first out, between two tasks: an item can be taken from the millisecond after it was put in."""

    def __init__(self, limit):
        self._limit = limit
        self._items = []
        self._put_at = self._taken_at = -1  # ticks
        self._older = 0  # how many items were here before _put_at
        self._taken = 0  # how many were taken at _taken_at

    def put(self, item, now):
        """Adds *item*; False when there is no room.  Room made in this millisecond does not count yet."""
        if not self.room(now):
            return False
        if self._put_at != now:
            self._put_at = now
            self._older = len(self._items)
        self._items.append(item)
        return True

    def room(self, now):
        """Whether an item could be put in."""
        return len(self._items) + (self._taken if self._taken_at == now else 0) < self._limit

    def take(self, now):
        """Removes and returns the oldest item, or None."""
        if self._put_at == now:
            if not self._older:
                return None
            self._older -= 1
        elif not self._items:
            return None
        if self._taken_at != now:
            self._taken_at = now
            self._taken = 0
        self._taken += 1
        return self._items.pop(0)

    def waiting(self):
        """Whether anything is in it."""
        return bool(self._items)
