"""Alerts in the store: each kept, obeyed where it may be by itself, else put before a person; updated and cancelled.

States: ``lit`` (its order was given), ``waits`` (for a person), ``shown`` (it does nothing), ``ends`` (it ended
others), ``ended`` (by a cancel, or at the desk), ``replaced`` (by an update), ``late`` (a newer one came before it) and
``refused`` (by a person).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.commands.limits import AHEAD_S, EMERGENCY_S
from host_tools.city.doors import cap_judging as judging
from host_tools.city.doors import giving
from host_tools.city.doors.cap_judging import Verdict, refers
from host_tools.city.doors.cap_reading import Alert
from host_tools.city.doors.cap_where import Where
from host_tools.city.doors.door import Conflict, Grant, NoSuch, Wish, address, reason, reference
from host_tools.city.doors.messages import kept
from host_tools.city.doors.street import Street
from host_tools.city.store.door_tables import cap_alert
from host_tools.errors import CommandError, DiyaError
from host_tools.language.language import Spoken
from host_tools.text import text

NAME, OWNER, HEAD, LEVEL = "cap", "emergency", "CAP", 100
LIT, WAITS, SHOWN, ENDS, ENDED, REPLACED, LATE, REFUSED = (
    "lit", "waits", "shown", "ends", "ended", "replaced", "late", "refused",
)  # fmt: skip
MOST = 2000  # alerts that are kept
_MEANT = ("headline", "ends", "poles", "alert", "why")  # what a person decides by


@dataclass(frozen=True)
class Received:
    """*row* of the alert; *same*: it was there; *refusal*: what its token may not, so that a person is asked.

    *news*: it waits, and no other that it updates and that waits says the same.
    """

    row: RowMapping
    same: bool = False
    refusal: DiyaError | None = None
    news: bool = False


def receive(
    connection: Connection, street: Street, alert: Alert, verdict: Verdict, where: Where, grant: Grant, now: int
) -> Received:  # fmt: skip
    """Takes *alert*, on which *verdict* was passed, from the token of *grant* at *now* (Unix s at the site).

    Raises Conflict where another token has sent it before.
    """
    known = _row(connection, cap_alert.c.sender == alert.sender, cap_alert.c.identifier == alert.identifier,
                 cap_alert.c.sent == alert.sent)  # fmt: skip
    if known is not None:
        if known["token"] != grant.who:
            raise Conflict("doors.taken", ref=known["ref"], who=known["token"])
        return Received(known, same=True)
    number = _keep(connection, alert, verdict, where, grant, now)
    refusal: DiyaError | None = None
    if verdict.does == judging.SHOW:
        _set(connection, number, SHOWN, verdict.why)
    elif verdict.does == judging.END:
        ended = _end_referred(connection, number, grant.who, now)
        _set(connection, number, ENDS, verdict.why if ended else Spoken("doors.cap_nothing"))
    elif _is_late(connection, alert, number, grant.who):
        _set(connection, number, LATE, Spoken("doors.cap_newer"))
    elif not where.poles and where.scope:
        _set(connection, number, SHOWN, where.doubt)
    elif (why := verdict.why or where.doubt) is not None:
        _set(connection, number, WAITS, why)
    else:
        row = one(connection, number)
        try:
            given = giving.give(connection, street, _wish(row, where.scope, now), grant, now)
            _obeyed(connection, row, given.numbers, grant.who, now)
        except (Spoken, CommandError) as error:
            refusal = error
            _set(connection, number, WAITS, error)
    _forget(connection, number, now)
    row = one(connection, number)
    return Received(row, refusal=refusal, news=row["state"] == WAITS and _is_news(connection, row))


def agree(
    connection: Connection, street: Street, number: int, who: str, now: int, scope: Mapping[str, Any] | None = None
) -> giving.Given:  # fmt: skip
    """The person *who* agrees to the alert *number*: for *scope* where it has no area.  Raises Spoken, CommandError."""
    row = _waiting(connection, number)
    chosen = scope or json.loads(row["alert"])["scope"]
    if not chosen:
        raise Spoken("doors.cap_where")
    given = giving.give(connection, street, _wish(row, chosen, now), Grant(who), now)
    _obeyed(connection, row, given.numbers, row["token"], now)
    _decided(connection, number, who, now)
    return given


def refuse(connection: Connection, number: int, who: str, now: int) -> None:
    """The person *who* lets the alert *number* do nothing.  Raises Spoken."""
    _waiting(connection, number)
    _set(connection, number, REFUSED, None)
    _decided(connection, number, who, now)


def stopped(connection: Connection, ref: str) -> None:
    """The orders under *ref* were ended at the desk."""
    mine = sa.update(cap_alert).where(cap_alert.c.ref == ref, cap_alert.c.state == LIT)
    connection.execute(mine.values(state=ENDED))


def one(connection: Connection, number: int) -> RowMapping:
    """The alert *number*.  Raises NoSuch."""
    row = _row(connection, cap_alert.c.id == number) if 0 < number < 2**62 else None
    if row is None:
        raise NoSuch("doors.nothing", ref=str(number))
    return row


def by_ref(connection: Connection, ref: str) -> RowMapping | None:
    """The newest alert whose orders are under *ref*."""
    return _row(connection, cap_alert.c.ref == ref)


def listed(connection: Connection, now: int, most: int = 50) -> list[RowMapping]:
    """The newest alerts, those that wait and are not over at *now* first."""
    first = sa.case(((cap_alert.c.state == WAITS) & (cap_alert.c.ends > now), 0), else_=1)
    return list(connection.execute(sa.select(cap_alert).order_by(first, cap_alert.c.id.desc()).limit(most)).mappings())


def _row(connection: Connection, *of: Any) -> RowMapping | None:
    return connection.execute(sa.select(cap_alert).where(*of).order_by(cap_alert.c.id.desc())).mappings().first()


def _waiting(connection: Connection, number: int) -> RowMapping:
    row = one(connection, number)
    if row["state"] != WAITS:
        raise Spoken("doors.cap_decided", name=row["identifier"])
    return row


def _wish(row: RowMapping, scope: Mapping[str, Any], now: int) -> Wish:
    begins = row["begins"] if now < row["begins"] <= now + AHEAD_S else None
    ends = min(row["ends"], (begins or now) + EMERGENCY_S)
    asks = address(NAME, row["sender"])
    return Wish(NAME, OWNER, LEVEL, reason(row["headline"]) or "alert", row["ref"], asks, scope, ends, begins)


def _keep(
    connection: Connection, alert: Alert, verdict: Verdict, where: Where, grant: Grant, now: int
) -> int:  # fmt: skip
    shown = {
        "status": alert.status, "scope": dict(where.scope), "infos": [
            {"language": info.language, "event": info.event, "headline": info.headline, "urgency": info.urgency,
             "severity": info.severity, "certainty": info.certainty, "places": list(info.places)}
            for info in (verdict.infos or alert.infos)[:10]
        ],
    }  # fmt: skip
    values = {
        "received_at": now, "token": grant.who, "sender": alert.sender, "identifier": alert.identifier,
        "sent": alert.sent, "type": alert.kind, "refers": alert.references[:20_000],
        "ref": _ref(connection, alert, now), "state": SHOWN, "headline": text(verdict.headline, 200),
        "alert": json.dumps(shown), "begins": verdict.begins, "ends": verdict.ends,
        "poles": json.dumps(list(where.poles)),
    }  # fmt: skip
    return int(connection.execute(sa.insert(cap_alert).values(values).returning(cap_alert.c.id)).scalar_one())


def _ref(connection: Connection, alert: Alert, now: int) -> str:
    """Of its orders: two senders that number alike do not end each other's."""
    ref = reference(HEAD, alert.identifier)
    others = cap_alert.c.ref == ref, cap_alert.c.sender != alert.sender, cap_alert.c.ends > now
    return reference(HEAD, f"{alert.identifier} {alert.sender}") if _row(connection, *others) is not None else ref


def _others(connection: Connection, number: int, token: str) -> list[RowMapping]:
    """What else *token* sent, that was meant."""
    mine = sa.select(cap_alert).where(cap_alert.c.token == token, cap_alert.c.id != number)
    return list(connection.execute(mine.where(cap_alert.c.state != SHOWN)).mappings())


def _is_late(connection: Connection, alert: Alert, number: int, token: str) -> bool:
    """Whether a newer message that came before it has taken its place, or has cancelled it."""
    own = set(alert.references.split()) if alert.kind == "Update" else set()
    for other in _others(connection, number, token):
        if other["type"] in ("Update", "Cancel"):
            if refers(other["refers"], alert.sender, alert.identifier):
                return True
            if other["sent"] > alert.sent and own & set(other["refers"].split()):
                return True
        if (other["sender"], other["identifier"]) == (alert.sender, alert.identifier) and other["sent"] > alert.sent:
            return True
    return False


def _referred(connection: Connection, row: RowMapping) -> list[RowMapping]:
    """The alerts in force, or that wait, in whose place *row* comes; one that has its own identifier too."""
    out = []
    for other in _others(connection, row["id"], row["token"]):
        named = (other["sender"], other["identifier"])
        again = named == (row["sender"], row["identifier"])
        if other["state"] in (LIT, WAITS) and (again or (row["type"] != "Alert" and refers(row["refers"], *named))):
            out.append(other)
    return out


def _is_news(connection: Connection, row: RowMapping) -> bool:
    meant = [row[name] for name in _MEANT]
    return all(
        other["state"] != WAITS or [other[name] for name in _MEANT] != meant for other in _referred(connection, row)
    )


def _end_referred(connection: Connection, number: int, who: str, now: int) -> int:
    """Ends what the cancel *number* refers to; how many alerts."""
    found = _referred(connection, one(connection, number))
    for other in found:
        _end_orders(connection, other, who, now)
        _set(connection, other["id"], ENDED, None)
    return len(found)


def _obeyed(connection: Connection, row: RowMapping, numbers: list[int], who: str, now: int) -> None:
    """The orders *numbers* of the alert *row* were given; those in whose place it comes end after that."""
    _set(connection, row["id"], LIT, None)
    chosen = sa.update(cap_alert).where(cap_alert.c.id == row["id"])
    connection.execute(chosen.values(commands=json.dumps(numbers)))
    for other in _referred(connection, row):
        if other["ref"] != row["ref"]:
            _end_orders(connection, other, who, now)
        _set(connection, other["id"], REPLACED, None)


def _end_orders(connection: Connection, row: RowMapping, who: str, now: int) -> None:
    try:
        giving.end(connection, NAME, row["ref"], who, NAME, now, own=False)
    except NoSuch:
        pass  # it is over, or only waited


def _set(connection: Connection, number: int, state: str, why: DiyaError | None) -> None:
    values = {"state": state, "why": kept(why)}
    connection.execute(sa.update(cap_alert).where(cap_alert.c.id == number).values(values))


def _decided(connection: Connection, number: int, who: str, now: int) -> None:
    chosen = sa.update(cap_alert).where(cap_alert.c.id == number)
    connection.execute(chosen.values(decided_by=who, decided_at=now))


def _forget(connection: Connection, number: int, now: int) -> None:
    old = cap_alert.c.id <= number - MOST, cap_alert.c.ends < now - EMERGENCY_S
    connection.execute(sa.delete(cap_alert).where(*old))
