"""What poles answered to a command, printed by `diya send` and by the other verbs that send to poles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import click

from host_tools.city.commands.exchange import Rejections


class Printable(Protocol):
    """What poles have made of a command, however it was sent."""

    @property
    def applied(self) -> list[str]: ...
    @property
    def rejected(self) -> Rejections: ...
    @property
    def idle(self) -> list[str]: ...
    @property
    def silent(self) -> list[str]: ...
    @property
    def offline(self) -> list[str]: ...


def print_outcome(outcome: Printable) -> None:
    """Prints what each pole answered."""
    if outcome.applied:
        click.echo(f"applied: {names(outcome.applied)}")
    print_rejected(outcome.rejected)
    if outcome.idle:
        click.echo(f"nothing held: {names(outcome.idle)}")
    for word, others in (("no answer", outcome.silent), ("offline", outcome.offline)):
        if others:
            click.echo(f"{word}: {', '.join(others)}")  # all of them: each has to be visited


def print_rejected(rejected: Mapping[str, tuple[str, str]]) -> None:
    """Say why poles refused (pole: reason, detail), those with the same words together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for pole, why in sorted(rejected.items()):
        alike.setdefault(why, []).append(pole)
    for (reason, detail), names_of in alike.items():
        click.echo(f"rejected, {reason}{': ' + detail if detail else ''}: {', '.join(names_of)}")


def names(poles: list[str]) -> str:
    """*poles* for a line of text."""
    return ", ".join(sorted(poles)) if len(poles) <= 20 else f"{len(poles)} poles"
