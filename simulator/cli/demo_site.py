"""The street of the demo: the first poles of the site that comes with Diya, on three feeders instead of one."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from host_tools.site.door_reader import CAMERAS, SEGMENTS, STATIONS
from host_tools.site.load import SITE_FILE, find_site
from host_tools.site.poles_csv import FILE as POLES_FILE

SITE, POLES, A_FEEDER = "sagar", 12, 4


def write_site(folder: Path) -> Path:
    """Writes the demo's site into *folder*, under the name of its model; where it is."""
    model = find_site(SITE)
    here = folder / SITE
    here.mkdir()
    (here / SITE_FILE).write_text((model / SITE_FILE).read_text(encoding="utf-8"), encoding="utf-8")
    for name in (SEGMENTS, CAMERAS, STATIONS):
        shutil.copy(model / name, here / name)
    with (model / POLES_FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))[:POLES]
    with (here / POLES_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for number, row in enumerate(rows):
            writer.writerow(row | {"feeder": f"F{number // A_FEEDER + 1:02}"})
    return here
