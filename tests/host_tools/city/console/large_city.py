"""A city of many poles in the store of a bench, and the files of its site."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import sqlalchemy as sa

from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.database import raise_revision
from host_tools.city.store.tables import pole
from host_tools.site.load import load_site
from tests.host_tools.city.console.console_bench import Bench
from tests.town import SAGAR

COLUMNS = ("name", "latitude", "longitude", "ward", "zone", "feeder", "road_class", "luminaire", "board")


def lay_site(folder: Path, poles: int) -> Path:
    """A folder with the files of sagar, of so many *poles*."""
    folder.mkdir(parents=True)
    (folder / "site.toml").write_text((SAGAR / "site.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "streets.geojson").write_bytes((SAGAR / "streets.geojson").read_bytes())
    with (folder / "poles.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["pole", *COLUMNS[1:]])
        table.writerows([getattr(one, name) for name in COLUMNS] for one in load_site(SAGAR, poles).poles)
    return folder


def fill(bench: Bench, folder: Path) -> list[str]:
    """All poles of *folder* as if they had reported, some dark, silent, in command and with a fault; their names."""
    site = load_site(folder)
    rows, alarms = [], []
    with bench.city() as city, city.writing() as connection:
        rev = raise_revision(connection)
        for at, one in enumerate(site.poles):
            rows.append({
                "name": one.name, "online": at % 97 != 0, "seen": bench.now - at % 600, "level": (at * 7) % 101,
                "target": (at * 7) % 101, "owner": "operator" if at % 61 == 0 else "calendar", "reason": "residential",
                "until": bench.now + 3600, "power_dw": (at * 7) % 101 * 12, "rev": rev,
            })  # fmt: skip
            if at % 83 == 0:
                alarms.append({
                    "kind": "lampFailure", "name": one.name, "severity": 1 + at % 4, "began": bench.now - at,
                    "last_began": bench.now - at, "times": 1, "received": bench.now, "poles": json.dumps([one.name]),
                    "evidence": "{}", "cause": "", "carry": "", "rev": rev,
                })  # fmt: skip
        connection.execute(sa.insert(pole), rows)
        connection.execute(sa.insert(alarm), alarms)
    return [one.name for one in site.poles]
