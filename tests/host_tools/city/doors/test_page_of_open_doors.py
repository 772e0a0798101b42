"""docs/doors-open.md: every `curl` line is run as it stands, and answers what is shown below it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from tests.host_tools.city.doors.street_bench import Street
from tests.host_tools.city.doors.test_page_of_doors import ADDRESS, differs, lines_of
from tests.test_docs import ROOT

PAGE = ROOT / "docs" / "doors-open.md"


def test_every_line_is_run_and_answers_as_shown(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    lines = lines_of(page)
    assert len(lines) == page.count("\ncurl ") >= 12
    site = "\n".join(re.findall(r"^```toml\n(.*?)^```", page, re.S | re.M))
    with Street.begin(tmp_path, poles=2, start="2026-11-25T01:00", site=site) as street:
        environment = {**os.environ, "TOKEN": street.token("open311", "ngsi", "read")}
        for line in lines:
            command = line.text.replace(ADDRESS, street.url).replace("curl ", "curl -w '\\n%{http_code}' ", 1)
            done = subprocess.run(
                ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
            )
            body, _, status = done.stdout.rpartition("\n")
            assert done.returncode == 0 and status in ("200", "201"), (line.text, done)
            if line.answer is not None:
                assert differs(line.answer, json.loads(body)) == [], (line.text, body)
            if number := re.search(r'"service_request_id": "(\d{8})"', body):
                environment["NUMBER"] = number[1]
                assert "P0002: asked for 70 %" in body
