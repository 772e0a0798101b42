"""A call of a scenario: what another system of the city says to the console, as it would be sent to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from host_tools.site.toml_lines import Path
from simulator.scenario.mistakes import Mistakes
from simulator.scenario.times import shown

METHODS = ("GET", "POST", "PUT", "DELETE")
USUAL_TYPE = "application/json"
MOST_BODY = 300_000
FIELDS = ("at", "system", "method", "path", "body", "type")
_PATH = re.compile(r"/[!-~]{0,500}")
_TIME = re.compile(r"\$\{([+-])(?:(\d{1,3})d)?(?:(\d{1,3})h)?(?:(\d{1,4})m)?(;date)?\}")


@dataclass(frozen=True)
class Call:
    """*system* is what makes it, in words; *at_ms* of the run."""

    at_ms: int
    system: str
    method: str
    path: str
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def at(self, local: datetime) -> Call:
        """The call as it is made at *local* time: each ``${+1d2h30m}`` becomes the time so much later (CAP 1.2, RFC
        3339), ``${+2d;date}`` the date alone."""
        return Call(
            self.at_ms, self.system, self.method, _filled(self.path, local), _filled(self.body, local), self.headers
        )


def _filled(text: str, local: datetime) -> str:
    def time(found: re.Match[str]) -> str:
        days, hours, minutes = (int(part or 0) for part in found.group(2, 3, 4))
        after = timedelta(days=days, hours=hours, minutes=minutes)
        then = (local + after if found[1] == "+" else local - after).replace(microsecond=0)
        return then.date().isoformat() if found[5] else then.isoformat()

    return _TIME.sub(time, text)


def read_call(mistakes: Mistakes, path: Path, table: Mapping[str, Any], at_ms: int) -> Call:
    """The call in *table*, which stands at *path* of the file; each mistake is added to *mistakes*."""
    for name in table:
        if name not in FIELDS:
            mistakes.say((*path, name), f"{shown(name)} is not a field here: the fields are {', '.join(FIELDS)}")
    method = table.get("method", "POST")
    if method not in METHODS:
        mistakes.wrong((*path, "method"), method, f"one of {', '.join(METHODS)}")
    values = {}
    for name, usual, most in (("system", "", 80), ("body", "", MOST_BODY), ("type", USUAL_TYPE, 80)):
        values[name] = table.get(name, usual)
        if not isinstance(values[name], str) or len(values[name]) > most:
            mistakes.wrong((*path, name), values[name], f"a text of at most {most} characters")
            values[name] = usual
    asked = table.get("path")
    if not isinstance(asked, str) or not _PATH.fullmatch(asked):
        mistakes.wrong((*path, "path"), asked, "a path of the console such as /doors/incidents")
        asked = "/"
    headers = {"content-type": values["type"]} if values["body"] else {}
    return Call(at_ms, values["system"], str(method), asked, values["body"], headers)
