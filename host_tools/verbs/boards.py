"""`diya boards`: what boards there are, and what one of them is wired to."""

from __future__ import annotations

from typing import Any

import click

from host_tools.boards import board_warnings, list_boards, load_board
from host_tools.output import json_option, say_json


@click.command(help="List the boards, or show what board NAME is wired to.")
@click.argument("name", required=False)
@json_option
def boards(name: str | None, as_json: bool) -> None:
    if name is None:
        every = {board: load_board(board) for board in list_boards()}
        if as_json:
            say_json(every)
            return
        for board, what in every.items():
            parts = ", ".join(table for table, value in what.items() if isinstance(value, dict))
            click.echo(f"{board}  {what.get('chip')}, {what.get('flash_mb')} MB: {parts}")
        return
    found = load_board(name)
    if as_json:
        say_json(found)
        return
    for key, value in found.items():
        click.echo(f"{key}: {_text(value)}")
    for warning in board_warnings(found):
        click.echo(f"warning: {warning}")


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items())
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
