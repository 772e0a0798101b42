"""The pole at a port drawn on a terminal with rich: what it does now above, its newest log lines below."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from host_tools.drawing.bar import bar
from host_tools.field.console_client.answers import Reading, Status
from host_tools.field.console_client.text import Row, rows, title
from host_tools.language import Language


def draw(
    language: Language, status: Status, reading: Reading, log: Sequence[str], port: str, width: int, height: int
) -> RenderableType:
    """The picture, no larger than *width* by *height* characters."""
    head = Text(f" {title(language, status, port)} ", "bold reverse", no_wrap=True, overflow="ellipsis")
    head.truncate(width, overflow="ellipsis")
    every = list(rows(language, status, reading))
    shown = _that_fit(every, height - 3)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(no_wrap=True, overflow="ellipsis")
    for number, row in enumerate(shown):
        text = Text(row.text, "bold red" if row.bad else "")
        if number == 0:
            text = Text.assemble((bar(status.level, 20), "yellow" if status.level else "dim"), " ", row.text)
        table.add_row(row.label, text)
    left = max(0, height - 3 - len(shown))
    lines = []
    for line in list(log)[-left:] if left else []:
        text = Text(line, no_wrap=True)
        text.truncate(width, overflow="ellipsis")
        lines.append(text)
    return Group(head, table, Rule(language.say("pole.log_title"), style="dim"), *lines)


def _that_fit(every: list[Row], room: int) -> list[Row]:
    """The light, what is wrong, and then the others from the top."""
    if len(every) <= room:
        return every
    order = sorted(range(len(every)), key=lambda number: (number > 0, not every[number].bad, number))
    kept = set(order[: max(room, 1)])
    return [row for number, row in enumerate(every) if number in kept]
