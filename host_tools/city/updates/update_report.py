"""The report of a rollout of a release: each wave, how long it took, and what became of each pole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools import spreadsheet
from host_tools.city.record.believed_times import as_of
from host_tools.city.rollouts import rollout_rows
from host_tools.city.rollouts.rollout_rows import Row
from host_tools.city.rollouts.share import NO_ANSWER, SENT, WAITING
from host_tools.city.rollouts.waves import SHARES
from host_tools.city.store.tables import about
from host_tools.city.updates import kept_release, street_versions
from host_tools.city.updates.kept_release import Release
from host_tools.city.updates.rollout_history import Step, history
from host_tools.city.updates.street_versions import Runs
from host_tools.city.updates.update_share import ACCEPTED, PROBATION, UNFINISHED, UpdateShare
from host_tools.city.updates.waiting_for import waiting_for
from host_tools.city.updates.wish import Wish, wish_of
from host_tools.errors import DiyaError
from host_tools.wire.from_pole import App

SHOWN = (
    "applied", "there", "probation", "accepted", "sent", "offline", "silent", "rejected", "reverted", "replaced",
    "left", "waiting",
)  # fmt: skip
BAD = ("rejected", "reverted", "silent")
UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Wave:
    """The wave *number*, 0 the first; *percent* of the poles by its end; *states*: {what: poles} of SHOWN.

    *began*: when the first of its poles was sent it, *ended*: when the last had answered (None: not yet), Unix s.
    """

    number: int
    percent: int
    states: dict[str, int]
    began: int | None
    ended: int | None

    @property
    def poles(self) -> int:
        return sum(self.states.values())


@dataclass(frozen=True)
class Report:
    """The rollout in *row*; *release* and *wish* are None where the store does not have them in a sound form.

    *waits*: what it waits for now; *steps*: what became of it and when; *zone*: of the site.
    """

    row: Row
    wish: Wish | None
    release: Release | None
    waves: tuple[Wave, ...]
    shares: tuple[UpdateShare, ...]
    runs: dict[str, Runs]
    waits: str = ""
    steps: tuple[Step, ...] = ()
    zone: ZoneInfo = UTC

    @property
    def states(self) -> dict[str, int]:
        """{what: poles} of all waves, in the order of SHOWN."""
        sums = {name: sum(wave.states.get(name, 0) for wave in self.waves) for name in SHOWN}
        return {name: many for name, many in sums.items() if many}

    @property
    def bad(self) -> list[UpdateShare]:
        return [one for one in self.shares if self.what(one) in BAD]

    @property
    def mean_s(self) -> int | None:
        """How long a pole took from being sent it until it had confirmed it, on the average, s."""
        took = [
            one.answered_at - one.sent_at
            for one in self.shares
            if one.state == "applied" and one.answered_at is not None and one.sent_at is not None
        ]
        return sum(took) // len(took) if took else None

    @property
    def is_image(self) -> bool:
        return self.release is not None and self.release.is_image

    def software(self, one: UpdateShare) -> App | None:
        """What its pole runs of the kind that is rolled out: the app, or MicroPython."""
        runs = self.runs.get(one.pole)
        return None if runs is None else runs.image if self.is_image else runs.app

    def version(self, one: UpdateShare) -> str:
        """The version of that; "" where it is not known."""
        found, runs = self.software(one), self.runs.get(one.pole)
        return found.version if found else runs.version if runs and not self.is_image else ""

    def what(self, one: UpdateShare) -> str:
        """One of SHOWN."""
        return what(one, self.runs.get(one.pole))

    def since(self, one: UpdateShare) -> int | None:
        """Since when it is that, Unix s; None where the rollout has not begun."""
        if one.state == WAITING:
            decided: int | None = self.row["decided_at"]
            return decided
        return one.answered_at or one.accepted_at or one.sent_at


def what(one: UpdateShare, runs: Runs | None) -> str:
    """One of SHOWN, for a pole that *runs* this."""
    if one.state in (SENT, ACCEPTED) and one.reason in (NO_ANSWER, UNFINISHED):
        return "silent"
    if (one.state == SENT and one.away) or (one.state == WAITING and runs is not None and not runs.online):
        return "offline"
    return PROBATION if one.state == ACCEPTED and one.reason == PROBATION else one.state


def report(connection: Connection, site: str, number_of: int) -> Report:
    """The report of the rollout of that number.  Raises CommandError."""
    found = report_of(connection, site, rollout_rows.release_row(connection, number_of))
    soak = found.wish.soak if found.wish else 0
    waits = waiting_for(found.row, soak, found.shares, found.runs, as_of(connection))
    said = connection.execute(sa.select(about.c.value).where(about.c.name == "timezone")).scalar()
    return replace(
        found, waits=waits, steps=tuple(history(connection, number_of)), zone=ZoneInfo(str(said)) if said else UTC
    )  # fmt: skip


def report_of(connection: Connection, site: str, row: Row) -> Report:
    """The report of the rollout in *row*, without what it waits for, and its steps."""
    wish, release = None, None
    try:
        wish = wish_of(row["text"])
        release = kept_release.kept(connection, site, wish.serial)
    except DiyaError:
        pass  # a row that anything may have written: the receiver has refused it
    shares = sorted(rollout_rows.shares_as(UpdateShare, connection, row["id"]), key=lambda one: (one.wave, one.pole))
    runs = {one.name: one for one in street_versions.software(connection)} if shares else {}
    waves = []
    for number in sorted({one.wave for one in shares}):
        those = [one for one in shares if one.wave == number]
        states: dict[str, int] = {}
        for one in those:
            name = what(one, runs.get(one.pole))
            states[name] = states.get(name, 0) + 1
        began = [one.sent_at for one in those if one.sent_at is not None]
        ended = [one.answered_at for one in those if one.answered_at is not None]
        done = bool(ended) and not states.keys() & {"sent", "accepted", "probation", "waiting"}
        waves.append(Wave(
            number, SHARES[number] if number < len(SHARES) else 100,
            {name: states[name] for name in SHOWN if name in states}, min(began, default=None),
            max(ended) if done else None,
        ))  # fmt: skip
    return Report(row, wish, release, tuple(waves), tuple(shares), runs)


def as_json(found: Report) -> dict[str, Any]:
    """For programs."""
    row, release = found.row, found.release
    return {
        "number": row["id"], "state": row["state"], "answer": row["answer"] or None, "wave": row["wave"],
        "who": row["who"], "second": row["second"] or None, "reason": row["reason"] or None,
        "waitsFor": found.waits or None, "takesBack": row["takes_back"], "written": row["written_at"],
        "decided": row["decided_at"], "ended": row["ended_at"], "comparisons": row["looks"],
        "release": None if release is None else {
            "kind": "image" if release.is_image else "app", "serial": release.serial,
            "signedBy": release.signed_by or None, "version": release.version, "downgrade": release.downgrade,
            "bytes": {board: one.about.size for board, one in release.packages.items()},
        },
        "poles": found.states, "meanSeconds": found.mean_s,
        "waves": [
            {"wave": one.number, "percent": one.percent, "poles": one.states, "began": one.began, "ended": one.ended}
            for one in found.waves
        ],
        "bad": [{"pole": one.pole, "state": found.what(one), "reason": one.reason, "detail": one.detail}
                for one in found.bad],
        "steps": [{"at": one.at, "who": one.who, "what": one.what, "answer": one.answer or None}
                  for one in found.steps],
        "each": [_each(found, one) for one in found.shares],
    }  # fmt: skip


def _each(found: Report, one: UpdateShare) -> dict[str, Any]:
    said = {"wave": one.wave, "state": found.what(one), "since": found.since(one), "reason": one.reason or None}
    runs = found.runs.get(one.pole)
    about = {} if not found.is_image else _software_json(found.version(one), found.software(one))
    return {**runs_json(one.pole, runs), **about, **said, "detail": one.detail or None}


def runs_json(pole: str, runs: Runs | None) -> dict[str, Any]:
    """What *pole* runs, for programs."""
    app = runs.app if runs else None
    image = runs.image if runs else None
    return {
        "pole": pole, "online": runs.online if runs else None, "board": runs.board if runs else None,
        **_software_json(runs.version if runs else "", app), "slot": app.slot if app else None,
        "key": app.key or None if app else None, "image": _software_json(image.version, image) if image else None,
    }  # fmt: skip


def _software_json(version: str, runs: App | None) -> dict[str, Any]:
    return {
        "version": version or None, "probation": runs.probation if runs else None,
        "reverted": runs.reverted or None if runs else None, "serial": runs.serial if runs else None,
    }  # fmt: skip


COLUMNS = (
    "pole", "wave", "state", "reason", "detail", "before", "runs", "slot", "probation", "went back", "online", "since",
    "sent", "accepted", "answered", "seconds",
)  # fmt: skip


def as_csv(found: Report, out: TextIO) -> None:
    """Writes a line for each pole; times as ISO 8601, at the site."""
    spreadsheet.write(out, COLUMNS, ([spreadsheet.cell(value) for value in line] for line in _lines(found)))


def _lines(found: Report) -> Iterable[tuple[object, ...]]:
    for one in found.shares:
        runs = found.runs.get(one.pole)
        app = found.software(one)
        times = [_told(at, found.zone) for at in (found.since(one), one.sent_at, one.accepted_at, one.answered_at)]
        took = one.answered_at - one.sent_at if one.sent_at is not None and one.answered_at is not None else None
        yield (
            one.pole, one.wave, found.what(one), one.reason, one.detail, one.before, found.version(one) or None,
            app.slot if app else None, app.probation if app else None, app.reverted if app else None,
            runs.online if runs else None, *times, took,
        )  # fmt: skip


def _told(at: int | None, zone: ZoneInfo) -> str:
    return "" if at is None else datetime.fromtimestamp(at, zone).isoformat()
