"""docs/doors.md: every `curl` line is run as it stands, and answers what is shown below it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host_tools.city.console.access.tokens import DOORS
from tests.host_tools.city.doors.cap_samples import SENDER, alert
from tests.host_tools.city.doors.street_bench import Street
from tests.test_docs import ROOT

PAGE = ROOT / "docs" / "doors.md"
ADDRESS = "http://localhost:8080"
CLOCK = 10**9  # numbers from here on are times


@dataclass(frozen=True)
class Line:
    """A line of the page, and the answer that is shown for it."""

    text: str
    answer: Any = None


def lines_of(page: str) -> list[Line]:
    """The `curl` lines of *page* in order; a block of JSON is the answer to the last line before it."""
    out: list[Line] = []
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", page, re.S | re.M):
        if language == "json" and out:
            out[-1] = Line(out[-1].text, json.loads(block))
        elif not language:
            out += [Line(line) for line in block.splitlines() if line.startswith("curl ")]
    return out


def differs(shown: Any, got: Any, at: str = "answer") -> list[str]:
    """Where *got* is not what is *shown*: it may have more fields and other times."""
    if isinstance(shown, dict):
        if not isinstance(got, dict):
            return [f"{at} is {got}"]
        return [one for name, value in shown.items() for one in differs(value, got.get(name), f"{at}.{name}")]
    if isinstance(shown, list):
        if not isinstance(got, list) or len(got) < len(shown):
            return [f"{at} is {got}"]
        return [one for number, value in enumerate(shown) for one in differs(value, got[number], f"{at}[{number}]")]
    if isinstance(shown, int) and not isinstance(shown, bool) and shown > CLOCK:
        return [] if isinstance(got, int) and got > CLOCK else [f"{at} is {got}"]
    return [] if shown == got else [f"{at} is {got!r} and shown as {shown!r}"]


def test_every_line_is_run_and_answers_as_shown(tmp_path: Path) -> None:
    lines = lines_of(PAGE.read_text(encoding="utf-8"))
    assert len(lines) >= 10
    site = f'[cap]\nsenders = ["{SENDER}"]\n'
    with Street.begin(tmp_path, poles=4, start="2026-11-25T01:00", site=site) as street:
        (tmp_path / "alert.xml").write_bytes(alert(street.now, identifier="MP-2026-1"))
        token = street.token(*DOORS)
        for line in lines:
            command = line.text.replace(ADDRESS, street.url).replace("curl ", "curl -w '\\n%{http_code}' ", 1)
            done = subprocess.run(
                ["bash", "-c", command], cwd=tmp_path, env={**os.environ, "TOKEN": token}, capture_output=True,
                text=True, timeout=60,
            )  # fmt: skip
            body, _, status = done.stdout.rpartition("\n")
            assert done.returncode == 0 and status in ("200", "201", "202", "204"), (line.text, done)
            if line.answer is not None:
                assert differs(line.answer, json.loads(body)) == [], (line.text, body)
            street.go(5)
