"""What the tabs of a pole's page show, each read only where it is open."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms.order_progress import progress
from host_tools.city.commands.order import CANCEL
from host_tools.city.console.city import City
from host_tools.city.console.order_view import OrderWords
from host_tools.city.console.pole_night import PoleNight, event_view
from host_tools.city.console.pole_said import PoleSaid, deliveries
from host_tools.city.store import hours
from host_tools.city.store.alarm_tables import work_order
from host_tools.city.store.command_tables import ACCEPTED, ASKS, REFUSED
from host_tools.city.store.meter_tables import night as night_table
from host_tools.city.store.tables import event
from host_tools.language.language import Language
from host_tools.language.sentence import retold
from host_tools.site.pole_settings import pole_config
from host_tools.text import text

TABS = ("alarms", "orders", "commands", "energy", "configuration", "messages")
MOST = 100
NIGHTS = 31
MOST_VALUE = 600  # characters of a setting


def tab_values(
    tab: str, connection: Connection, city: City, pole: PoleSaid, said: Language, now: int, night: PoleNight,
    given: list[dict[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """The values for the template of *tab*."""
    rows: list[Any] = []
    if tab == "orders":
        rows = _orders(connection, city, pole, said, now)
    elif tab == "commands" and pole.id is not None:
        rows = [_command(one, said) for one in deliveries(connection, pole.id, MOST)]
    elif tab == "energy" and pole.id is not None:
        return {"rows": _nights(connection, pole.id), "by_hour": _hours(connection, pole.id, night)}
    elif tab == "configuration":
        return {"rows": _settings(city, pole, said, now), "by_hour": []}
    elif tab == "messages" and pole.id is not None:
        rows = _messages(connection, pole.id, said)
    return {"rows": rows, "by_hour": []}


def _orders(connection: Connection, city: City, pole: PoleSaid, said: Language, now: int) -> list[Any]:
    called = work_order.c.poles.contains(json.dumps(pole.name), autoescape=True)
    numbers = connection.execute(sa.select(work_order.c.id).where(called).order_by(work_order.c.id.desc()).limit(MOST))
    say = OrderWords(said, city.site, city.zone, now)
    return [say.view(progress(connection, number), stops=False) for number in numbers.scalars()]


def _command(one: dict[str, Any], said: Language) -> dict[str, Any]:
    say: Callable[..., str] = lambda name, **values: said.say(f"console_pole.{name}", **values)  # noqa: E731
    owner = text(one["owner"], 20)
    what = say("command_cancel", owner=owner) if one["kind"] == CANCEL else ""
    why = " ".join(part for part in (text(one["why"], 80), text(one["detail"], 120)) if part)
    if one["state"] == REFUSED:
        answer = say("answer_refused", why=retold(text(one["answer"], 300), said, "commands"))
    elif one["state"] == ASKS:
        answer = say("answer_asks")
    elif one["state"] != ACCEPTED:
        answer = say("answer_written")
    else:
        key = f"console_pole.answer_{one['delivered']}"
        answer = said.say(key, why=why) if said.knows(key) else text(one["delivered"], 20)
    return {
        "number": one["id"], "what": what or say("command_level", owner=owner, level=one["level"]),
        "reason": text(one["reason"], 80), "who": text(one["who"], 64), "door": text(one["door"], 64),
        "given": one["written_at"], "until": None if one["kind"] == CANCEL else one["expiration"], "answer": answer,
        "at": one["answered_at"], "state": one["delivered"],
    }  # fmt: skip


def _nights(connection: Connection, number: int) -> list[dict[str, Any]]:
    found = sa.select(night_table).where(night_table.c.pole == number).order_by(night_table.c.night.desc())
    return [dict(row) for row in connection.execute(found.limit(NIGHTS)).mappings()]


def _hours(connection: Connection, number: int, night: PoleNight) -> list[dict[str, Any]]:
    found = hours.read(connection, [number], night.start, night.end).get(number, [])
    return [
        {"at": one.hour, "wh": one.wh, "mean": _tenth(one.power_mean_dw), "most": _tenth(one.power_max_dw),
         "volts": (_tenth(one.voltage_min_dv), _tenth(one.voltage_max_dv))}
        for one in found
    ]  # fmt: skip


def _settings(city: City, pole: PoleSaid, said: Language, now: int) -> list[tuple[str, str]]:
    """(setting, value): what the pole says of itself, then the configuration."""
    out = []
    for name, field in (
        ("version", "configVersion"), ("hash", "configHash"), ("firmware", "firmware"), ("board", "board"),
        ("groups", "groups"),
    ):  # fmt: skip
        if (value := pole.birth.get(field)) not in (None, "", []):
            out.append((said.say(f"console_pole.set_{name}"), _value(value)))
    for name, field, unit in (("power", "activePower", "W"), ("energy", "activeEnergy", "kWh")):
        if (value := pole.meter.get(field)) is not None:
            out.append((said.say(f"console_pole.set_{name}"), f"{_value(value)} {unit}"))
    if (clock := pole.state.get("clock")) is not None:
        out.append((said.say("console_pole.set_clock"), _value(clock)))
    settings: dict[str, Any] = pole.settings
    source = "set_retained"
    if not settings and city.site is not None and pole.known is not None:
        settings, source = pole_config(city.site, pole.known, now, 1), "set_files"
    if not settings:
        return [*out, (said.say("console_pole.set_source"), said.say("console_pole.set_none"))]
    out.append((said.say("console_pole.set_source"), said.say(f"console_pole.{source}")))
    return out + [(text(name, 60), _value(value)) for name, value in settings.items()]


def _messages(connection: Connection, number: int, said: Language) -> list[dict[str, Any]]:
    when = sa.func.coalesce(event.c.timestamp, event.c.received_at)
    found = (
        sa.select(when.label("at"), event.c.event_type, event.c.starts, event.c.attributes)
        .where(event.c.pole == number).order_by(event.c.arrival.desc()).limit(MOST)
    )  # fmt: skip
    return [event_view(dict(row), said) for row in connection.execute(found).mappings()]


def _value(value: Any) -> str:
    return text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), MOST_VALUE)


def _tenth(value: int | None) -> float | None:
    return None if value is None else value / 10
