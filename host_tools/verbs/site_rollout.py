"""`diya site rollout`: a site file's programmes go to the poles in waves, by the receiver of a record."""

from __future__ import annotations

import getpass
import time
from typing import TYPE_CHECKING, Any

import click

from host_tools.errors import CommandError
from host_tools.output import json_option, say_json
from host_tools.verbs.options import wait_option
from host_tools.verbs.rollout_record import (
    DOOR,
    LOOK_S,
    ROLE,
    agreed,
    code_option,
    db_option,
    opened,
    print_answer,
    second_option,
    writing,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from host_tools.city.store.database import Database

DEFAULT = "sagar"
WAIT_S = 600.0


@click.command(help="Roll out the programmes and rules of DIR's site.toml by the receiver of a record, in waves.")
@click.argument("folder", metavar="[DIR]", default=DEFAULT)
@db_option
@click.option("--reason", metavar="TEXT", default="", help="Why, which is kept with the rollout.")
@second_option
@code_option
@click.option("--halt", metavar="N", type=int, help="Only halt the rollout N.")
@click.option("--go-on", metavar="N", type=int, help="Only go on with the rollout N, which was halted.")
@click.option("--take-back", metavar="N", type=int, help="Roll out what was there before the rollout N.")
@wait_option(WAIT_S)
@json_option
@click.pass_context
def rollout(
    ctx: click.Context, folder: str, db: str, reason: str, second: str | None, code: str | None, halt: int | None,
    go_on: int | None, take_back: int | None, wait_s: float, as_json: bool,
) -> None:  # fmt: skip
    # what only this verb needs is of an extra, which a technician's laptop does not have
    from host_tools.city.rollouts import requests, rollout_rows
    from host_tools.city.store.rollout_tables import DONE, GO_ON, HALT, PROGRAMMES

    who, both = getpass.getuser(), agreed(second, code)
    if sum(one is not None for one in (halt, go_on, take_back)) > 1:
        raise CommandError("--halt, --go-on and --take-back exclude each other: give one of them")
    named = halt if halt is not None else go_on
    with opened(db) as there:
        with writing(there) as (connection, now):
            if named is not None:
                row = rollout_rows.row_of(connection, named)
                requests.ask(connection, row, HALT if halt is not None else GO_ON, who, DOOR, now)
                numbers = [named]
            elif take_back is not None:
                row = rollout_rows.row_of(connection, take_back)
                numbers = requests.take_back(connection, row, who, ROLE, DOOR, now, **both)
                requests.refuse_beside(connection, PROGRAMMES)
            else:
                numbers = _written(connection, folder, who, reason, now, both)
        rows = _followed(there, numbers, wait_s if halt is None else 0.0)
    if as_json:
        say_json({"rollouts": rows})
    else:
        _print(rows)
    if halt is None and any(row["state"] != DONE for row in rows):
        ctx.exit(1)


def _written(
    connection: Connection, folder: str, who: str, reason: str, now: int, both: dict[str, str]
) -> list[int]:  # fmt: skip
    from host_tools.city.rollouts import requests, rollout_rows
    from host_tools.city.rollouts.examine import read_file
    from host_tools.city.store.rollout_tables import PROGRAMMES
    from host_tools.site import sections
    from host_tools.site.load import find_site

    values = sections.values_of(read_file(find_site(folder)))
    requests.refuse_beside(connection, PROGRAMMES)
    present = next((text for text in rollout_rows.present_texts(connection).values() if text), "")
    text, base = sections.text_of(values), sections.digest(sections.read(present))
    return requests.write(
        connection, who, ROLE, DOOR, text, base, now, reason=reason[:80], second=both["second"], code=both["code"]
    )


def _followed(there: Database, numbers: list[int], wait_s: float) -> list[dict[str, Any]]:
    """The rollouts *numbers* for programs, as soon as they are over, after *wait_s* at the latest."""
    from host_tools.city.commands.open_store import reading
    from host_tools.city.rollouts import rollout_rows
    from host_tools.city.store.rollout_tables import GOING, WRITTEN

    until = time.monotonic() + wait_s
    while True:
        with reading(there) as connection:
            rows = [rollout_rows.row_of(connection, number) for number in numbers]
            counted = rollout_rows.counts(connection, numbers)
        if time.monotonic() >= until or not any(row["state"] in (GOING, WRITTEN) or row["asked"] for row in rows):
            break
        time.sleep(LOOK_S)
    out = []
    for row in rows:
        states: dict[str, int] = {}
        for (_wave, state, _reason, _away), many in counted[row["id"]].items():
            states[state] = states.get(state, 0) + many
        said = {"number": row["id"], "state": row["state"], "answer": row["answer"] or None, "wave": row["wave"]}
        out.append({**said, "poles": states})
    return out


def _print(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        many = ", ".join(f"{count} {state}" for state, count in sorted(row["poles"].items()))
        click.echo(f"rollout {row['number']}: {row['state']}{': ' + many if many else ''}")
        print_answer(row)
        if row["state"] == "going" and not row["answer"]:
            click.echo("diya: the receiver goes on with it.", err=True)
