"""What `diya update rollout` and `status` print for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from host_tools.verbs.rollout_record import print_answer

if TYPE_CHECKING:
    from host_tools.city.updates.foreseen import Foreseen
    from host_tools.city.updates.kept_release import Release
    from host_tools.city.updates.street_versions import Runs, VersionLine
    from host_tools.city.updates.update_report import Report
    from host_tools.wire.from_pole import App

_WAVES = ("first", "up to 5 %", "up to 25 %", "all")
_STEPS = {
    "rollOut": "asked for it", "agreed": "agreed", "needsSecondPerson": "a second person has to agree",
    "refused": "refused", "accepted": "it began", "halt": "asked to halt", "halted": "halted", "goOn": "asked to go on",
    "done": "done", "rowChanged": "refused",
}  # fmt: skip
_WHY = {
    "there": "run it already", "neverHeard": "have never reported",
    "takesNoUpdates": "run software that takes no updates",
    "noPackage": "have a board that it has no package for",
    "oneImage": "have a flash with room for one MicroPython alone (4 MB), which is exchanged at its USB port",
    "newer": "run a newer version, and it is no downgrade",
    "undone": "have undone it before: they take it again only when it is signed again",
    "newerSerial": "have taken up a release that was signed later",
    "otherKey": "have another key for updates, and would refuse its signature",
}  # fmt: skip


def print_plan(seen: Foreseen, release: Release) -> None:
    """Prints which poles *release* would be brought to, which would refuse it, and whether it may begin."""
    planned = seen.plan
    click.echo(
        f"{release.title}: would be brought to {len(planned.waves)} poles on {len(planned.feeders)} feeders, "
        f"{planned.offline} of them offline"
    )
    for wave, many in sorted(planned.counts().items()):
        names = [name for name, its in planned.waves.items() if its == wave]
        click.echo(f"  {_WAVES[wave]}: {many} poles: {', '.join(names[:6])}{' ...' if many > 6 else ''}")
    for why, left in planned.left_out.items():
        click.echo(f"  not: {len(left)} poles {_WHY[why]}: {', '.join(left[:6])}{' ...' if len(left) > 6 else ''}")
    whose = "the key of update.pem" if seen.trusted else "no update.pem says whether that is the city's"
    click.echo(f"  signed by {release.signed_by or '?'}: {whose}")
    if planned.unsaid:
        click.echo(f"  {planned.unsaid} of these poles do not say which key for updates they have")
    if seen.ruled.refused:
        click.echo(f"  it may not begin now: {seen.ruled.refused}")
    elif seen.ruled.second:
        click.echo(f"  {seen.ruled.second}: a second person has to agree (--second NAME --code DIGITS)")


def print_report(found: Report) -> None:
    """Prints how far a rollout is."""
    row, version = found.row, found.release.title if found.release else "?"
    click.echo(f"rollout {row['id']} of {version}: {row['state']}{counts(found.states)}")
    for wave in found.waves:
        took = "" if wave.began is None or wave.ended is None else f", in {(wave.ended - wave.began) // 60} min"
        click.echo(f"  {_WAVES[min(wave.number, 3)]}: {wave.poles} poles{counts(wave.states)}{took}")
    for one in found.bad:
        click.echo(f"  {one.pole}: {found.what(one)} {one.reason} {one.detail}".rstrip())
    if found.waits:
        click.echo(f"  {found.waits}")
    for step in found.steps:
        why = f": {step.answer}" if step.answer else ""
        at = datetime.fromtimestamp(step.at, found.zone)
        click.echo(f"  {at:%Y-%m-%d %H:%M %Z} {step.who}: {_STEPS.get(step.what, step.what)}{why}")
    print_answer(row)


def print_poles(poles: Iterable[Runs]) -> None:
    """Prints a line for each pole with what it runs."""
    for one in poles:
        app = one.app
        marks = [] if app is None else [f"slot {app.slot}" if app.slot else "as it was flashed"]
        marks += ["on probation"] if app and app.probation else []
        marks += [f"went back: {app.reverted}"] if app and app.reverted else []
        marks += [f"MicroPython {_said(one.image)}"] if one.image else []
        marks += [f"key {app.key}"] if app and app.key else []
        marks += [] if one.online else ["offline"]
        click.echo(f"{one.name}: {one.version or '?'} ({', '.join(marks) or 'takes no updates'})")


def _said(image: App) -> str:
    if image.probation:
        return f"{image.version} on probation"
    return f"{image.version} went back: {image.reverted}" if image.reverted else image.version


def print_street(lines: Sequence[VersionLine], keys: Mapping[str, Sequence[str]], reports: list[Report]) -> None:
    """Prints which software the poles run, the *keys* for updates that they have, and the newest rollouts."""
    if not lines:
        click.echo("no pole has said yet which software it runs")
    for line in lines:
        marks = [f"{line.offline} offline"] if line.offline else []
        marks += [f"{len(line.probation)} on probation"] if line.probation else []
        marks += [f"{len(line.reverted)} went back to it"] if line.reverted else []
        marks += [] if line.updatable else ["flashed software that takes no updates"]
        more = f" ({', '.join(marks)})" if marks else ""
        click.echo(f"{line.title or '?'}: {line.poles} poles{more}")
    for key, names in keys.items():
        some = f": {', '.join(names[:6])}{' ...' if len(names) > 6 else ''}" if len(keys) > 1 else ""
        click.echo(f"update key {key or 'not said'}: {len(names)} poles{some}")
    if not reports:
        click.echo("no release was rolled out yet")
    for one in reports:
        version = one.release.title if one.release else "?"
        click.echo(f"rollout {one.row['id']}: {version}, {one.row['state']}{counts(one.states)}")


def counts(states: dict[str, int]) -> str:
    """ ": 3 applied, 1 silent", or nothing."""
    many = ", ".join(f"{count} {what}" for what, count in states.items())
    return f": {many}" if many else ""
