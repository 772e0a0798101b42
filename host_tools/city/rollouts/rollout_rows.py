"""Rollouts in the store, as the receiver decides them and brings them forward, and as pages show them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.rollouts.share import Share
from host_tools.city.store import bulk
from host_tools.city.store.rollout_tables import (
    DONE,
    GOING,
    HALTED,
    PROGRAMMES,
    RELEASE,
    REPLACED,
    WRITTEN,
    rollout,
    rollout_pole,
)  # fmt: skip
from host_tools.city.store.tables import configuration, pole, receiver
from host_tools.language.refusal import Refusal
from host_tools.wire.envelope import flash_nonce
from host_tools.wire.from_pole import app_of, image_of
from host_tools.wire.payload import number, parsed, text

PRESENT = "programmes"  # in `receiver`: the sections of its files, as TOML
BEGUN = (GOING, HALTED, DONE)
_WRITTEN = (
    "wave", "state", "away", "version", "digest", "n", "times", "sent_at", "answered_at", "reason", "detail",
    "accepted_at", "before", "renewed", "rev",
)  # fmt: skip
_LOOKED_UP = 500  # names in one query

Row = dict[str, Any]
Kind = TypeVar("Kind", bound=Share)


# -- for who looks


def present_texts(connection: Connection) -> dict[str, str]:
    """{zone: the sections as its receiver's files have them} of every receiver; "" where it has no files."""
    said = sa.select(receiver.c.zone, receiver.c.value).where(receiver.c.name == PRESENT)
    out = dict.fromkeys(connection.execute(sa.select(receiver.c.zone).distinct()).scalars(), "")
    out |= {str(row.zone): str(row.value) for row in connection.execute(said)}
    return out


def row_of(connection: Connection, number_of: int) -> Row:
    """The rollout of that number.  Raises CommandError."""
    wanted = sa.select(rollout).where(rollout.c.id == min(number_of, 2**62))
    found = connection.execute(wanted).mappings().first()
    if found is None:
        raise Refusal("rollouts.unknown", number=number_of)
    return dict(found)


def release_row(connection: Connection, number_of: int) -> Row:
    """The rollout of that number, which must be one of a release.  Raises CommandError."""
    found = row_of(connection, number_of)
    if found["kind"] != RELEASE:
        raise Refusal("updates.not_a_release", number=number_of)
    return found


def newest(connection: Connection, count: int, kind: str = PROGRAMMES) -> list[Row]:
    """The *count* newest rollouts of *kind*."""
    wanted = sa.select(rollout).where(rollout.c.kind == kind).order_by(rollout.c.id.desc()).limit(count)
    return [dict(row) for row in connection.execute(wanted).mappings()]


# -- by the receiver


def undecided(connection: Connection, zone: str, kind: str = PROGRAMMES) -> tuple[list[Row], list[Row]]:
    """The rows of *zone* and *kind* that are to be decided, and those of which something is asked."""
    new = sa.or_(rollout.c.state == WRITTEN, rollout.c.asked != "")
    rows = [
        dict(row)
        for row in connection.execute(
            sa.select(rollout).where(new, rollout.c.zone == zone, rollout.c.kind == kind).order_by(rollout.c.id)
        ).mappings()
    ]
    return [row for row in rows if row["state"] == WRITTEN], [row for row in rows if row["asked"]]


def begun(connection: Connection, zone: str, kind: str = PROGRAMMES) -> list[Row]:
    """The rollouts of *zone* and *kind* that have begun and were not replaced, the newest first."""
    mine = rollout.c.zone == zone, rollout.c.kind == kind, rollout.c.state.in_(BEGUN)
    return [
        dict(row)
        for row in connection.execute(sa.select(rollout).where(*mine).order_by(rollout.c.id.desc())).mappings()
    ]


def darkened_since(connection: Connection, zone: str, since: int) -> int:
    """How many poles the rollouts of one person alone, accepted in *zone* after *since*, have darkened."""
    wanted = sa.select(sa.func.sum(rollout.c.darkens)).where(
        rollout.c.zone == zone, rollout.c.kind == PROGRAMMES, rollout.c.decided_at > since,
        rollout.c.state.in_((*BEGUN, REPLACED)),
    )  # fmt: skip
    return int(connection.execute(wanted).scalar() or 0)


def change(connection: Connection, number_of: int, rev: int, **values: Any) -> None:
    """Changes the row of the rollout of that number."""
    connection.execute(sa.update(rollout).where(rollout.c.id == number_of).values(rev=rev, **values))


def shares(connection: Connection, number_of: int) -> list[Share]:
    """What has become of the rollout on each pole."""
    return shares_as(Share, connection, number_of)


def shares_as(made: type[Kind], connection: Connection, number_of: int) -> list[Kind]:
    """As `shares`, for one of a certain kind."""
    wanted = sa.select(rollout_pole, pole.c.name).join(pole, pole.c.id == rollout_pole.c.pole)
    rows = connection.execute(wanted.where(rollout_pole.c.rollout == number_of)).mappings()
    return [
        made(
            row["name"], row["pole"], row["wave"], "", row["state"], bool(row["away"]), row["version"], row["digest"],
            row["n"], row["times"], row["sent_at"], row["answered_at"], row["reason"], row["detail"],
            accepted_at=row["accepted_at"], before=row["before"], renewed=row["renewed"],
        )
        for row in rows
    ]  # fmt: skip


def add_shares(connection: Connection, number_of: int, new: Iterable[Share]) -> None:
    """Writes new ones."""
    bulk.insert(
        connection, rollout_pole, ("rollout", "pole", "wave"), [(number_of, one.id, one.wave) for one in new]
    )  # fmt: skip


def write_shares(connection: Connection, number_of: int, changed: Iterable[Share], rev: int) -> None:
    """Writes *changed* as they are now."""
    rows = [
        (number_of, one.id, *(getattr(one, name) for name in _WRITTEN if name != "rev"), rev) for one in changed
    ]  # fmt: skip
    bulk.update(connection, rollout_pole, ("rollout", "pole"), _WRITTEN, rows)


def poles(connection: Connection, zone: str, names: Collection[str] | None = None) -> dict[str, Pole]:
    """The poles of *zone*, or those of them called *names*."""
    wanted = (
        sa.select(pole.c.name, pole.c.id, pole.c.online, pole.c.birth, configuration.c.n, configuration.c.payload)
        .outerjoin(configuration, configuration.c.pole == pole.c.id).where(pole.c.zone == zone)
    )  # fmt: skip
    listed = None if names is None else list(names)
    out: dict[str, Pole] = {}
    for at in range(0, 1 if listed is None else len(listed), _LOOKED_UP):
        some = wanted if listed is None else wanted.where(pole.c.name.in_(listed[at : at + _LOOKED_UP]))
        for name, key, online, birth, n, payload in connection.execute(some):
            said = (parsed(birth.encode()) or {}) if birth else {}
            version, digest = number(said.get("configVersion"), 0, 10**9), said.get("configHash")
            out[name] = Pole(
                key, None if online is None else bool(online), flash_nonce(said) if said else "",
                (version or 0) if said else None, digest if isinstance(digest, str) else "", n, payload or "",
                text(said.get("board"), 32), app_of(said), image_of(said),
            )  # fmt: skip
    return out


def retain(connection: Connection, rows: Iterable[tuple[int, int, str]]) -> None:
    """Keeps the configurations *rows* (key of the pole, number, payload), which the broker is to retain."""
    bulk.replace(connection, configuration, ("pole",), ("n", "payload"), rows)


def say_present(connection: Connection, zone: str, text: str) -> None:
    """Says to who rolls out which sections the receiver's files have."""
    bulk.replace(connection, receiver, ("zone", "name"), ("value",), [(zone, PRESENT, text)])


def counts(connection: Connection, numbers: Collection[int]) -> dict[int, dict[tuple[int, str, str, bool], int]]:
    """{rollout: {(wave, state, reason, away): poles}} of the rollouts *numbers*."""
    out: dict[int, dict[tuple[int, str, str, bool], int]] = {one: {} for one in numbers}
    c = rollout_pole.c
    wanted = sa.select(c.rollout, c.wave, c.state, c.reason, c.away, sa.func.count()).where(c.rollout.in_(numbers))
    for found, wave, state, reason, away, many in connection.execute(
        wanted.group_by(c.rollout, c.wave, c.state, c.reason, c.away)
    ):
        key = (int(wave), str(state), str(reason), bool(away))
        out[found][key] = out[found].get(key, 0) + int(many)
    return out


def essence(row: Mapping[str, Any]) -> list[Any]:
    """All of an accepted rollout that decides what it does, for a seal."""
    names = ("id", "who", "text", "before", "takes_back", "decided_at", "darkens", "second")
    kind = [] if row["kind"] == PROGRAMMES else [row["kind"]]  # as one of programmes was sealed before there were two
    return ["rollout", *(row[name] for name in names), *kind]


def as_json(found: Row) -> str:
    """For a digest that a second person's code is tied to."""
    names = ("id", "who", "role", "text", "base", "takes_back", "written_at")
    return json.dumps({name: found[name] for name in names}, sort_keys=True)
