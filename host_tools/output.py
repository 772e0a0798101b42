"""How verbs print: JSON for programs, colours only for people at a terminal."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def say_json(value: Any) -> None:
    """*value* as indented JSON: one report."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def say_json_line(value: Any) -> None:
    """*value* as JSON on one line: one of a stream."""
    click.echo(json.dumps(value, ensure_ascii=False))


def on_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()
