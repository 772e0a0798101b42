"""`diya site rollout`: a site file's programmes go to the poles in waves, by the receiver of a record."""

from __future__ import annotations

import getpass
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from host_tools.errors import CommandError
from host_tools.output import json_option, say_json
from host_tools.verbs.option_types import WORD
from host_tools.verbs.options import wait_option

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from host_tools.city.store.database import Database

DEFAULT, DOOR, ROLE = "sagar", "rollout", "engineer"
WAIT_S, LOOK_S = 600.0, 0.5


@click.command(help="Roll out the programmes and rules of DIR's site.toml by the receiver of a record, in waves.")
@click.argument("folder", metavar="[DIR]", default=DEFAULT)
@click.option("--db", metavar="FILE|URL", type=WORD, required=True, help="The record of the receiver.")
@click.option("--reason", metavar="TEXT", default="", help="Why, which is kept with the rollout.")
@click.option("--second", metavar="NAME", type=WORD, help="The second person, who agrees.")
@click.option("--code", metavar="DIGITS", type=WORD, help="The second person's code.")
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
    from host_tools.city.commands.open_store import open_store, reading
    from host_tools.city.record.believed_times import as_of
    from host_tools.city.rollouts import requests, rollout_rows
    from host_tools.city.store.database import is_url
    from host_tools.city.store.rollout_tables import DONE, GO_ON, HALT

    if bool(second) != bool(code):
        raise CommandError("--second and --code go together: the second person's name, and the code of the moment")
    if sum(one is not None for one in (halt, go_on, take_back)) > 1:
        raise CommandError("--halt, --go-on and --take-back exclude each other: give one of them")
    who, agreed = getpass.getuser(), {"second": second or "", "code": code or ""}
    named = halt if halt is not None else go_on
    with open_store(db if is_url(db) else Path(db), None) as there:
        with reading(there) as connection:
            now = as_of(connection)
        with there.transaction() as connection:
            if named is not None:
                row = rollout_rows.row_of(connection, named)
                requests.ask(connection, row, HALT if halt is not None else GO_ON, who, DOOR, now)
                numbers = [named]
            elif take_back is not None:
                row = rollout_rows.row_of(connection, take_back)
                numbers = requests.take_back(connection, row, who, ROLE, DOOR, now, **agreed)
            else:
                numbers = _written(connection, folder, who, reason, now, agreed)
        rows = _followed(there, numbers, wait_s if halt is None else 0.0)
    if as_json:
        say_json({"rollouts": rows})
    else:
        _print(rows)
    if halt is None and any(row["state"] != DONE for row in rows):
        ctx.exit(1)


def _written(
    connection: Connection, folder: str, who: str, reason: str, now: int, agreed: dict[str, str]
) -> list[int]:  # fmt: skip
    from host_tools.city.rollouts import requests, rollout_rows
    from host_tools.city.rollouts.examine import read_file
    from host_tools.site import sections
    from host_tools.site.load import find_site

    values = sections.values_of(read_file(find_site(folder)))
    present = next((text for text in rollout_rows.present_texts(connection).values() if text), "")
    text, base = sections.text_of(values), sections.digest(sections.read(present))
    second, code = agreed["second"], agreed["code"]
    return requests.write(
        connection, who, ROLE, DOOR, text, base, now, reason=reason[:80], second=second, code=code
    )  # fmt: skip


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
        if row["answer"]:
            click.echo(f"diya: {row['answer']}.", err=True)
        elif row["state"] == "written":
            click.echo("diya: no receiver has taken it: `diya record run --db` must be running.", err=True)
        elif row["state"] == "going":
            click.echo("diya: the receiver goes on with it.", err=True)
