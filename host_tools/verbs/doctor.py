"""`diya doctor`: prints what this laptop lacks, each with its cure."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from host_tools.field.doctor.finding import OK, PROBLEM, WARNING, Finding
from host_tools.output import json_option, say_json, styled
from host_tools.registry.place import registry_path
from host_tools.verbs.options import registry_option

COLOURS = {OK: "green", WARNING: "yellow", PROBLEM: "red"}


@click.command(help="Examine this laptop: Python, ports, drivers, tools, the registry, and with --site the broker.")
@click.option("--site", metavar="SITE", help="Name of a site, or a folder with its files: reach its broker as well.")
@click.option("--broker", metavar="mqtt://HOST:PORT", help="Reach this broker (default: the site's own).")
@click.option("--ca", metavar="FILE", type=click.Path(path_type=Path), help="The city's CA (PEM), for mqtts://.")
@registry_option
@json_option
def doctor(
    site: str | None, broker: str | None, ca: Path | None, registry_file: Path | None, as_json: bool
) -> None:  # fmt: skip
    found = []
    for finding in _examine(site, broker, ca, registry_path(registry_file)):
        found.append(finding)
        if not as_json:
            _say(finding)
    count = {state: sum(one.state == state for one in found) for state in (OK, WARNING, PROBLEM)}
    if as_json:
        say_json({"findings": [asdict(finding) for finding in found], **count})
    else:
        click.echo(f"ok: {count[OK]}, warnings: {count[WARNING]}, problems: {count[PROBLEM]}.")
    if count[PROBLEM]:
        raise click.exceptions.Exit(1)


def _examine(site: str | None, broker: str | None, ca: Path | None, registry: Path) -> Iterator[Finding]:
    from host_tools.city.commands.place import DEFAULT_SITE, place_of
    from host_tools.field.doctor import adapters, files, tools
    from host_tools.field.doctor.broker import broker as reach

    address = place_of(site or DEFAULT_SITE, broker, None).broker if site or broker else None
    yield from tools.python()
    yield from adapters.ports()
    if sys.platform == "linux":
        yield from adapters.drivers()
    yield from tools.packages()
    yield from tools.programs()
    yield from files.registry(registry)
    if address:
        yield from reach(address, ca)


def _say(finding: Finding) -> None:
    click.echo(f"{styled(f'{finding.state:<8}', fg=COLOURS[finding.state])} {finding.about}: {finding.says}")
    if finding.cure:
        click.echo(f"{'':8} cure: {finding.cure}")
