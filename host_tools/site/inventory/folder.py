"""The files of a site's folder, written so that a power cut leaves the old ones or the new ones."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from host_tools.site.model import Pole
from host_tools.site.poles_csv import ORDER
from host_tools.spreadsheet import neutral

_OPTIONAL = ("access_point", "label")


def poles_text(poles: Iterable[Pole], remark: str) -> str:
    """The text of `poles.csv`."""
    listed = list(poles)
    own_point = any(pole.access_point != pole.zone for pole in listed)
    extra = [name for name, used in (("access_point", own_point), ("label", any(p.label for p in listed))) if used]
    out = io.StringIO()
    out.write(f"# {remark}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*ORDER, *extra))
    for pole in listed:
        row = [
            pole.name, f"{pole.latitude:.7f}", f"{pole.longitude:.7f}", pole.ward, pole.zone, pole.feeder,
            pole.road_class, pole.luminaire, pole.board,
        ]  # fmt: skip
        if own_point:
            row.append("" if pole.access_point == pole.zone else pole.access_point)
        if "label" in extra:
            row.append(neutral(pole.label))
        writer.writerow(row)
    return out.getvalue()


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write each of *texts* as a file of *folder*: all beside their places first, then each into it."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = []
    for name, text in texts.items():
        target = (folder / name).resolve()  # a link is written through
        new = target.with_name(target.name + ".new")
        with new.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.append((new, target))
    for new, target in beside:
        new.replace(target)
