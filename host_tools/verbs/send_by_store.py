"""`diya send --db`: an order is written into the store of a receiver, which brings it to the poles."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from host_tools import durations
from host_tools.city.commands import by_store
from host_tools.city.commands.by_store import StoreOutcome
from host_tools.city.commands.open_store import open_store, reading
from host_tools.city.commands.order import CANCEL, CANCEL_S, Order, check
from host_tools.city.commands.place import Place
from host_tools.city.commands.preview import Lives, Preview, preview
from host_tools.city.correlation.text import names as runs
from host_tools.city.record.believed_times import as_of
from host_tools.city.store.database import is_url
from host_tools.errors import CommandError
from host_tools.output import say_json, waiting, warn
from host_tools.site.load import load_site
from host_tools.site.model import Site, SiteError
from host_tools.verbs.send_outcome import print_outcome
from host_tools.wire.simulated_clock import SiteClock

NEAR = "--near is {!r} and must be LATITUDE,LONGITUDE,METRES"


def scope_of(poles: tuple[str, ...], group: str | None, near: str | None, area: Path | None) -> dict[str, Any]:
    """For whom an order is, by the options of the verb.  Raises CommandError."""
    if near is not None:
        try:
            latitude, longitude, metres = map(float, near.split(","))
        except ValueError:
            raise CommandError(NEAR.format(near)) from None
        return {"circle": {"latitude": latitude, "longitude": longitude, "radiusM": metres}}
    if area is not None:
        try:
            drawn = json.loads(area.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(f"--area is {area}, which cannot be read as GeoJSON: {error}") from error
        features = drawn.get("features") if isinstance(drawn, dict) else None
        if isinstance(features, list):
            if len(features) != 1:
                raise CommandError(f"--area is {area}, which has {len(features)} features and must have one")
            drawn = features[0]
        return {"polygon": drawn}
    return {"poles": list(dict.fromkeys(poles))} if poles else {"group": group} if group else {"all": True}


def order(
    where: str, place: Place, files: str, asked: Order, when: tuple[str | None, int], wait_s: float, only_preview: bool,
    as_json: bool,
) -> bool:  # fmt: skip
    """Gives the order *asked* by the store *where*; whether it is complete.

    *files*: the name or folder of the site.  *when*: the time until which it holds, as it was typed, or for how many s.
    """
    site = _site(files)
    with open_store(where if is_url(where) else Path(where), place.site) as there:
        with reading(there) as connection:
            now = as_of(connection) if place.simulated else int(SiteClock().now())
            until, seconds = when
            ends = durations.moment(until, now, place.zone) if until else now + seconds
            ends = now + CANCEL_S if asked.kind == CANCEL else ends
            given = replace(asked, written_at=now, expiration=ends)
            check(given)
            given.body()
            poles, reported = by_store.directory(connection, site)
            names = poles.find(given.scope)
            seen = preview(given, by_store.present(connection, names, site), now)
        if only_preview:
            _say_preview(seen, given, place.zone, as_json)
            return True
        numbers, never = by_store.give(there, given, names, reported)
        with waiting() as bar:
            outcome = by_store.wait(there, numbers, wait_s, lambda one: bar(*one.counts))
    outcome.never = never
    expiration = None if given.kind == CANCEL else given.expiration
    if as_json:
        said = {"target": _target(given), "expiration": expiration, "orders": numbers, **outcome.as_json()}
        say_json(said)
    if not as_json:
        _print(outcome)
    _explain(outcome, numbers, given, place.zone)
    if never:
        warn(f"{len(never)} more in the site's files have never reported: {runs(never)}")
    return outcome.complete


def _site(files: str) -> Site | None:
    try:
        return load_site(files)
    except SiteError:
        return None


def _target(given: Order) -> str:
    if given.group is not None:
        return f"group {given.group}" if given.group else "all poles"
    return ", ".join(given.scope["poles"]) if "poles" in given.scope else "an area"


def _explain(outcome: StoreOutcome, numbers: list[int], given: Order, zone: ZoneInfo) -> None:
    which = f"order {', '.join(map(str, numbers))}"
    ends = datetime.fromtimestamp(given.expiration, zone)
    if outcome.refused:
        warn(f"the receiver refused {which}: {outcome.refused}")
    elif outcome.asks:
        warn(f"{which} waits: {outcome.asks} (--second and --code, with the order given again)")
    elif outcome.waiting:
        warn(
            f"no receiver has taken {which}: `diya record run --db` must be running; one that starts before"
            f" {ends:%Y-%m-%d %H:%M} still sends it"
        )
    elif outcome.offline or outcome.silent:
        warn(f"the receiver goes on with {which} for those that did not answer, until {ends:%Y-%m-%d %H:%M}")


def _print(outcome: StoreOutcome) -> None:
    print_outcome(outcome)
    if outcome.replaced:
        click.echo(f"replaced by a newer order: {', '.join(sorted(outcome.replaced))}")


def _say_preview(seen: Preview, given: Order, zone: ZoneInfo, as_json: bool) -> None:
    if as_json:
        say_json({"target": _target(given), **seen.as_json()})
        return

    def lines(title: str, rows: tuple[Lives, ...]) -> None:
        for one in rows:
            end = f" until {datetime.fromtimestamp(one.until, zone):%Y-%m-%d %H:%M}" if one.until else ""
            why = f" ({one.reason})" if one.reason else ""
            click.echo(f"{title}: {one.owner or 'not known'}{why}{end}: {one.poles}")

    click.echo(f"poles: {seen.poles}, {len(seen.offline)} offline, {len(seen.never)} never reported")
    lines("live by", seen.lives)
    lines("held by a higher owner", seen.held)
    click.echo(f"darker: {seen.darker}, brighter: {seen.brighter}")
    more = f" ({seen.unmeasured} poles left out: not known)" if seen.unmeasured else ""
    click.echo(f"energy: {seen.wh} Wh, and at the present level {seen.wh_now} Wh{more}")
