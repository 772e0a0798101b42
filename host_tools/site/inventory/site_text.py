"""The text of `site.toml`: a new one from a template, or additions to one that a person has edited."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from host_tools.site.inventory.table import gis


@dataclass(frozen=True)
class Facts:
    """What a new site is called and where it is; *latitude* and *longitude* in degrees."""

    name: str
    title: str
    latitude: float
    longitude: float
    timezone: str
    broker: str = "mqtt://127.0.0.1:1883"


_TEMPLATE = """\
{remark}
name = {name}
title = {title}
version = 1

[place]
latitude = {latitude}
longitude = {longitude}
timezone = {timezone}

[broker]
url = {broker}
root = "diya/1"

[light]
lit_percent = 10           # a luminaire counts as lit from this share of its rated light on
floor = 20                 # percent; no command to a group takes a pole below it
programme = "all-night"    # of a road class that is not listed below

# Which programme each class of road follows.
[road_classes]
{road_classes}
# A programme spans noon to noon.  Both of these are on before dusk and stay on until after dawn.
[programmes]
all-night = [
  {{ at = "sunset-10", level = 100, ramp_s = 30 }},
  {{ at = "sunrise+10", level = 0, ramp_s = 30 }},
]
dimmed = [
  {{ at = "sunset-10", level = 100, ramp_s = 30 }},
  {{ at = "23:00", level = 60, ramp_s = 60 }},
  {{ at = "05:00", level = 100, ramp_s = 60 }},
  {{ at = "sunrise+10", level = 0, ramp_s = 30 }},
]
{names}
# Power and power factor against level, straight lines between the points: put in those of the data sheets.
{luminaires}
"""

DEFAULT_PROGRAMME = "all-night"


def new_text(
    facts: Facts, remark: str, road_classes: Iterable[str], names: Mapping[str, str], luminaires: Iterable[str]
) -> str:
    """A whole `site.toml`; *luminaires* are tables as text, *names* what the city calls its groups."""
    listed = "".join(f"{_quoted(name)} = {_quoted(called)}\n" for name, called in names.items())
    return _TEMPLATE.format(
        remark="\n".join(f"# {line}" for line in remark.splitlines()),
        name=_quoted(facts.name),
        title=_quoted(facts.title),
        latitude=facts.latitude,
        longitude=facts.longitude,
        timezone=_quoted(facts.timezone),
        broker=_quoted(facts.broker),
        road_classes="".join(f"{_key(name)} = {_quoted(DEFAULT_PROGRAMME)}\n" for name in road_classes),
        names=f"\n# What the city calls them.\n[names]\n{listed}" if listed else "",
        luminaires="\n\n".join(luminaires),
    )


def added_text(
    text: str, road_classes: Iterable[str], programme: str, names: Mapping[str, str], luminaires: Mapping[str, str]
) -> str:
    """*text* with what it lacks of *road_classes* (which follow *programme*), *names* and *luminaires*.

    All else stays as it is, with its remarks and its order.
    """
    from typing import Any

    tomlkit = gis("tomlkit", "importing into a site that is there")
    document: Any = tomlkit.parse(text)
    for name in road_classes:
        document["road_classes"].setdefault(name, programme)
    if names and "names" not in document:
        document["names"] = tomlkit.table()
    for name, called in names.items():
        document["names"].setdefault(name, called)
    missing = [table for name, table in luminaires.items() if name not in document["luminaires"]]
    out = str(tomlkit.dumps(document))
    return out if not missing else out.rstrip("\n") + "\n\n" + "\n\n".join(missing) + "\n"


def _quoted(value: str) -> str:
    """*value* as a TOML string; JSON's escapes are TOML's as well."""
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return _quoted(name) if "." in name else name
