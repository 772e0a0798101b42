"""The rollout of a release that has begun: what has become of it on each pole, and what poles say meanwhile.

A pole that is offline is sent nothing: it has its turn when it is back, so that a feeder that comes back to power does
not restart all its poles at once, and a release that was halted waits for nobody at the broker.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from host_tools.city.rollouts.current import Current
from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.rollouts.rollout_rows import Row
from host_tools.city.rollouts.share import SENT, WAITING
from host_tools.city.rollouts.waves import CANARY, LEAST, SHARES, TWENTIETH, Tally
from host_tools.city.store.rollout_tables import DONE
from host_tools.city.updates.fault_rows import Undone
from host_tools.city.updates.kept_release import Release
from host_tools.city.updates.update_share import ACCEPTED, CANCELLED, LEFT, PROBATION, UpdateShare
from host_tools.city.updates.wish import Wish
from host_tools.site.model import Site

UNKNOWN, BAD = "unknown", "bad"
LEAST_DARK = 2  # other poles of a feeder that are offline, for its supply to be suspected


class UpdateCurrent(Current[UpdateShare]):
    """The rollout in *row* of *release* as *wish* says, to the poles of *shares* in *site*, as the store *known* them.

    *nonces*: {pole: nonce of the flashing for which its last message was sealed}.
    """

    def __init__(
        self, row: Row, site: Site, release: Release, wish: Wish, shares: Iterable[UpdateShare],
        known: Mapping[str, Pole], nonces: Mapping[str, str], now: int,
    ) -> None:  # fmt: skip
        listed = list(shares)
        for one in listed:
            pole = known.get(one.pole)
            board = pole.board if pole else ""
            one.board = board
            one.release, one.spread, one.nonce = release, wish.spread, nonces.get(one.pole, "")
            one.window = release.packages[board].about.window if board in release.packages else one.window
            one.offline = now if pole is not None and pole.online is False else None
        self.release, self.wish = release, wish
        self.watched_from: int = row["watched_from"] or row["decided_at"]
        self.looked_at: int = row["looked_at"] or self.watched_from
        self.looks: int = row["looks"]
        self._unproven: dict[str, str] = {}
        self._scouts: set[str] = set()
        self._silent: Counter[str] = Counter()  # feeder: poles that fell silent while they were under way
        super().__init__(row, site, listed, known)
        self._neighbours: dict[str, list[str]] = {}
        for one_pole in site.poles:
            self._neighbours.setdefault(one_pole.feeder, []).append(one_pole.name)

    @property
    def shares(self) -> list[UpdateShare]:
        return list(self._shares.values())

    def judged_as(self, seen: Tally) -> int:
        """Where no pole has confirmed it yet, as a first wave: the poles of the first may all have left the site."""
        return self.wave if seen.good else CANARY

    def standing(self, one: UpdateShare) -> str:
        if one.state != WAITING:
            return one.standing
        if one.unfit or self._unproven.get(one.board) == BAD:
            return "away"
        held = one.feeder in self._silent and self._silent[one.feeder] >= self.at_once(one.feeder)
        return "away" if held or not self.online(one.pole) else "waiting"

    def tally(self) -> Tally:
        self._unproven = self._boards()
        self._silent = Counter(one.feeder for one in self._shares.values() if one.occupies and one.standing == "bad")
        return super().tally()

    def takes(self, one: UpdateShare) -> bool:
        if not self.online(one.pole) or one.unfit:
            return False
        return one.wave == CANARY or one.board not in self._unproven or one.pole in self._scouts

    def _boards(self) -> dict[str, str]:
        """{board: UNKNOWN or BAD} of those on which no pole has confirmed it yet; BAD: one could not."""
        known = {one.board for one in self._shares.values() if one.standing == "good"}
        bad = {one.board for one in self._shares.values() if one.standing == "bad"} if not self.pardoned else set()
        boards = {one.board for one in self._shares.values()} - known
        return {board: BAD if board in bad else UNKNOWN for board in boards}

    def _chosen(self) -> set[str]:
        """A pole for each board on which nobody has confirmed it yet, nor tries it now: its first may be offline.

        A board has a package of its own, of which the poles of another board prove nothing.
        """
        trying = {one.board for one in self._shares.values() if one.occupies}
        out: dict[str, str] = {}
        for one in self.in_turn():
            free = self._unproven.get(one.board) == UNKNOWN and one.board not in trying and one.board not in out
            if free and one.state == WAITING and self.online(one.pole) and not one.unfit:
                out[one.board] = one.pole
        return set(out.values())

    def due(self, most: int) -> list[UpdateShare]:
        """As for all; once it is done, those that return have their turn a few at a time, as in a first wave."""
        self._unproven = self._boards()
        self._scouts = self._chosen()
        if self.state == DONE:
            flying = sum(one.occupies for one in self._shares.values())
            most = min(most, max(LEAST, len(self._shares) * SHARES[TWENTIETH] // 100) - flying)
        return super().due(most) if most > 0 else []

    def age(self, now: int) -> None:
        listened = self.listen(now)
        for one in self._shares.values():
            dark = one.state in (SENT, ACCEPTED) and one.offline is not None and self._dark(one.feeder)
            if one.waits(now, listened, dark):
                self.note(one)
            if one.state != LEFT and one.pole not in self.site.by_name:
                one.state, one.answered_at = LEFT, now
                self.note(one)

    def change_keys(self, prints: Mapping[str, str]) -> None:
        """Takes {pole: print of the key to which it was sent the change}: nothing is to take the place of that."""
        for one in self._shares.values():
            if one.takes_key(prints.get(one.pole, "")):
                self.note(one)

    def undo(self, events: Iterable[Undone], now: int) -> None:
        """Takes *events* by which poles say that they went back."""
        for event in events:
            share = self._shares.get(event.pole)
            if share is not None and share.undone(event.version, event.reason, event.at, now):
                self.note(share)

    def to_stop(self, most: int) -> list[UpdateShare]:
        """At most *most* poles that are to be told to stop; one that tries the release goes on by itself."""
        stop = [
            one for one in self._shares.values()
            if one.state in (SENT, ACCEPTED) and one.reason != PROBATION and one.detail != CANCELLED
        ]  # fmt: skip
        return stop[:most]

    def last_answer(self) -> int | None:
        """When the last pole of the wave took the release, Unix s."""
        took = [
            one.answered_at
            for one in self._shares.values()
            if one.wave == self.wave and one.answered_at is not None and one.standing == "good"
        ]
        return max(took, default=None)

    def _dark(self, feeder: str) -> bool:
        """Whether *feeder* seems to have no supply: half of its poles that this does not touch now are offline."""
        others = [
            name for name in self._neighbours.get(feeder, ())
            if name not in self._shares or self._shares[name].state not in (SENT, ACCEPTED)
        ]  # fmt: skip
        off = sum(not self.online(name) for name in others)
        return off >= LEAST_DARK and 2 * off >= len(others)
