"""What `diya update rollout` and `status` print for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from host_tools.verbs.rollout_record import print_answer

if TYPE_CHECKING:
    from host_tools.city.updates.plan import Plan
    from host_tools.city.updates.street_versions import VersionLine
    from host_tools.city.updates.update_report import Report

_WAVES = ("first", "up to 5 %", "up to 25 %", "all")
_WHY = {
    "there": "run it already", "neverHeard": "have never reported",
    "takesNoUpdates": "run software that takes no updates",
    "noPackage": "have a board that it has no package for", "newer": "run a newer version, and it is no downgrade",
    "undone": "have undone it before: they take it again only when it is signed again",
    "newerSerial": "have taken up a release that was signed later",
}  # fmt: skip


def print_plan(planned: Plan, version: str) -> None:
    """Prints which poles *version* would be brought to."""
    click.echo(
        f"{version}: would be brought to {len(planned.waves)} poles on {len(planned.feeders)} feeders, "
        f"{planned.offline} of them offline"
    )
    for wave, many in sorted(planned.counts().items()):
        names = [name for name, its in planned.waves.items() if its == wave]
        click.echo(f"  {_WAVES[wave]}: {many} poles: {', '.join(names[:6])}{' ...' if many > 6 else ''}")
    for why, left in planned.left_out.items():
        click.echo(f"  not: {len(left)} poles {_WHY[why]}: {', '.join(left[:6])}{' ...' if len(left) > 6 else ''}")


def print_report(found: Report) -> None:
    """Prints how far a rollout is."""
    row, version = found.row, found.release.title if found.release else "?"
    click.echo(f"rollout {row['id']} of {version}: {row['state']}{counts(found.states)}")
    for wave in found.waves:
        took = "" if wave.began is None or wave.ended is None else f", in {(wave.ended - wave.began) // 60} min"
        click.echo(f"  {_WAVES[min(wave.number, 3)]}: {wave.poles} poles{counts(wave.states)}{took}")
    for one in found.bad:
        click.echo(f"  {one.pole}: {found.what(one)} {one.reason} {one.detail}".rstrip())
    print_answer(row)


def print_street(lines: Sequence[VersionLine], reports: list[Report]) -> None:
    """Prints which software the poles run, and the newest rollouts."""
    if not lines:
        click.echo("no pole has said yet which software it runs")
    for line in lines:
        marks = [f"{line.offline} offline"] if line.offline else []
        marks += [f"{len(line.probation)} on probation"] if line.probation else []
        marks += [f"{len(line.reverted)} went back to it"] if line.reverted else []
        marks += [] if line.updatable else ["flashed software that takes no updates"]
        more = f" ({', '.join(marks)})" if marks else ""
        click.echo(f"{line.version or '?'}: {line.poles} poles{more}")
    if not reports:
        click.echo("no release was rolled out yet")
    for one in reports:
        version = one.release.version if one.release else "?"
        click.echo(f"rollout {one.row['id']}: {version}, {one.row['state']}{counts(one.states)}")


def counts(states: dict[str, int]) -> str:
    """ ": 3 applied, 1 silent", or nothing."""
    many = ", ".join(f"{count} {what}" for what, count in states.items())
    return f": {many}" if many else ""
