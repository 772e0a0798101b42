"""The rollout that has begun: what has become of it on each pole, and what poles say meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.rollouts.rollout_rows import Row
from host_tools.city.rollouts.share import WAITING, Share
from host_tools.city.rollouts.waves import GONE, Tally, at_once, tally_of
from host_tools.site.model import Site
from host_tools.wire.from_pole import Ack, Birth, Presence, Said

Kind = TypeVar("Kind", bound=Share)
MOST_NAMED = 5  # poles in a sentence
GAP_S = 300  # between two looks at the clock: with more, the receiver slept, or its clock was set
UNUSUAL = 3  # times the gap before: a simulation may run that fast


class Current(Generic[Kind]):
    """The rollout in *row*, whose programmes *site* has, on the poles of *shares*, as the store has *known* them."""

    def __init__(self, row: Row, site: Site, shares: Iterable[Kind], known: Mapping[str, Pole]) -> None:
        self.row, self.site = row, site
        self.id: int = row["id"]
        self.state: str = row["state"]
        self.wave: int = row["wave"]
        self.pardoned: int = row["pardoned"]
        self._shares = {one.pole: one for one in shares}
        self._online = {name: one.online for name, one in known.items()}
        self._changed: dict[str, Kind] = {}
        self.listened: int | None = None  # since when poles are heard without a gap, Unix s; None: from now on
        self._aged, self._gap = 0, 0
        by_name = site.by_name
        for one in self._shares.values():
            one.feeder = by_name[one.pole].feeder if one.pole in by_name else ""
            pole = known.get(one.pole)
            if pole is not None and one.knows(pole, row["decided_at"]):
                self.note(one)
        self._feeders = Counter(one.feeder for one in self._shares.values())

    @property
    def changed(self) -> bool:
        """Whether something is to be written."""
        return bool(self._changed)

    def note(self, one: Kind) -> None:
        """Notes that *one* has changed."""
        self._changed[one.pole] = one

    def take_changed(self) -> list[Kind]:
        """What is to be written."""
        changed, self._changed = list(self._changed.values()), {}
        return changed

    def hear(self, said: Iterable[tuple[Said, bool]], now: int, sender: str) -> None:
        """Takes what poles *said*, each with whether it was retained; *sender*: our name in their acks."""
        for one, retained in said:
            share = self._shares.get(one.pole)
            if isinstance(one, Presence):
                self._online[one.pole] = one.online
            if share is None:
                continue
            changed = (
                share.hears(one, retained, now) if isinstance(one, Birth)
                else share.answered(one, now) if isinstance(one, Ack) and one.sender == sender
                else share.leaves(now) if isinstance(one, Presence) and not one.online
                else False
            )  # fmt: skip
            if changed:
                self.note(share)

    def listen(self, now: int) -> int:
        """Since when poles are heard without a gap, at *now*: what they said while nobody listened may come late."""
        gap = now - self._aged
        if self.listened is None or gap < 0 or gap > max(GAP_S, UNUSUAL * self._gap):
            self.listened = now
        self._aged, self._gap = now, max(gap, 0)
        return self.listened

    def age(self, now: int) -> None:
        """Notes which poles have been silent for too long at *now*."""
        listened = self.listen(now)
        for one in self._shares.values():
            if one.waits(now, listened):
                self.note(one)

    def in_turn(self) -> list[Kind]:
        """The poles of the wave and of those before it."""
        return [one for one in self._shares.values() if one.wave <= self.wave]

    def tally(self) -> Tally:
        """How far these are."""
        return tally_of(Counter(self.standing(one) for one in self.in_turn()))

    def standing(self, one: Kind) -> str:
        """The field of a Tally in which *one* counts."""
        return one.standing

    def judged_as(self, seen: Tally) -> int:
        """The wave by whose rules *seen* is judged."""
        return self.wave

    def bad(self) -> tuple[int, int, str]:
        """How many of these are bad, of how many, and the first of them with why."""
        turn = [one for one in self.in_turn() if self.standing(one) != GONE]
        bad = [one for one in turn if self.standing(one) == "bad"]
        some = ", ".join(f"{one.pole} {one.reason}" for one in bad[:MOST_NAMED])
        return len(bad), len(turn), some + (f" +{len(bad) - MOST_NAMED}" if len(bad) > MOST_NAMED else "")

    def states(self) -> dict[str, int]:
        """{state: poles} of all."""
        return dict(Counter(one.state for one in self._shares.values()))

    def online(self, pole: str) -> bool:
        """Whether *pole* is taken to have a session."""
        return self._online.get(pole) is not False

    def takes(self, one: Kind) -> bool:
        """Whether something is published for *one* now."""
        return True

    def due(self, most: int) -> list[Kind]:
        """At most *most* poles whose turn it is, so that of no feeder with several poles all are under way at once."""
        flying = Counter(one.feeder for one in self._shares.values() if one.occupies)
        out: list[Kind] = []
        for one in self.in_turn():
            if len(out) == most:
                break
            if one.state != WAITING or not self.takes(one):
                continue
            online = self.online(one.pole)
            if online and flying[one.feeder] >= self.at_once(one.feeder):
                continue
            flying[one.feeder] += online
            out.append(one)
        return out

    def at_once(self, feeder: str) -> int:
        """How many of the poles of *feeder* may be under way at once."""
        return at_once(self._feeders[feeder])

    def again(self, now: int, most: int) -> list[Kind]:
        """At most *most* poles that are silent, to which the same is published again at *now*."""
        return [one for one in self.in_turn() if one.due_again(now)][:most]
