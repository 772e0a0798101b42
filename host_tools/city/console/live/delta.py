"""What is told to a browser: all that changed between two revisions, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import msgspec

from host_tools.city.console.live.changes import Changed
from host_tools.city.console.live.view import AlarmView, PoleView, View

MOST = 5000  # poles in one message; who needs more reads the whole city

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Delta:
    """What changed after revision *since*, up to *revision*.  *anew*: too much, so the whole is to be read again."""

    since: int
    revision: int
    poles: Mapping[str, PoleView] = field(default_factory=dict)
    alarms: Mapping[int, AlarmView] = field(default_factory=dict)
    commands: frozenset[int] = frozenset()
    anew: bool = False

    def then(self, later: Delta) -> Delta:
        """This and *later*, which follows it, as one: of each pole only the last."""
        merged = replace(
            later, since=self.since, poles={**self.poles, **later.poles}, alarms={**self.alarms, **later.alarms},
            commands=self.commands | later.commands, anew=self.anew or later.anew,
        )  # fmt: skip
        return merged.bounded()

    def bounded(self) -> Delta:
        """It, or the word that all is to be read anew where it would be too much."""
        if self.anew or len(self.poles) > MOST:
            return Delta(self.since, self.revision, anew=True)
        return self

    @cached_property
    def encoded(self) -> bytes:
        """Its members as JSON, without the braces: many browsers get the same."""
        told = {
            "since": self.since, "rev": self.revision, "anew": self.anew, "poles": list(self.poles.values()),
            "alarms": [one._asdict() for one in self.alarms.values()], "commands": sorted(self.commands),
        }  # fmt: skip
        return _encode(told)[1:-1]


def delta(since: int, view: View, changed: Changed, anew: bool = False) -> Delta:
    """What *changed* after the revision *since*, as it is in *view*."""
    poles = {name: view.poles[name] for name in changed.poles if name in view.poles}
    alarms = {one.id: one for one in changed.alarms}
    return Delta(since, view.revision, poles, alarms, changed.commands, anew).bounded()


def event(told: Delta, status: bytes) -> bytes:
    """A message of the stream (WHATWG HTML, server-sent events) with *status*, a JSON object.

    Its id is the revision, with which a browser that lost the connection asks for what it missed.
    """
    return b'id: %d\ndata: {%s,"status":%s}\n\n' % (told.revision, told.encoded, status)


def answer(told: Delta, status: bytes) -> bytes:
    """The same as the answer to one question."""
    return b'{%s,"status":%s}' % (told.encoded, status)
