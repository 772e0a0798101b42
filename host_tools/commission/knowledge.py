"""What is known of a pole beforehand: its luminaire's type and its place, from the site's files or from its bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from host_tools.commission.expected import Type
from host_tools.site.load import load_site
from host_tools.site.model import SiteError

Position = tuple[float, float]


class Knowledge(NamedTuple):
    """Both None where nobody knows."""

    type: Type | None = None
    position: Position | None = None


def from_site(folder: str, pole: str) -> Knowledge:
    """As the files of the site say.  Raises SiteError; a *pole* that is not among its poles is not known."""
    site = load_site(folder)
    try:
        found = site.pole(pole)
    except KeyError:
        return Knowledge()
    kind = site.luminaires[found.luminaire]
    return Knowledge(None if kind.assumed else Type.of(kind), (found.latitude, found.longitude))


def from_bundle(file: Path, trust: Path | None, pole: str) -> Knowledge:
    """As the pole was configured by the bundle in *file*.  Raises BundleError."""
    from host_tools.bundle import Bundle

    bundle = Bundle.open(file, trust)
    if pole not in bundle.poles:
        return Knowledge()
    config = json.loads(bundle.files(pole)["config.json"])
    table = config.get("luminaire") or ()
    return Knowledge(Type.of_config(table) if table else None, (config["latitude"], config["longitude"]))


def known(site: str | None, bundle: Path | None, trust: Path | None, named: str, pole: str) -> Knowledge:
    """What the options say of *pole*; without one, what a site called as the pole says (*named*) has in its files."""
    if bundle is not None:
        return from_bundle(bundle, trust, pole)
    if site is not None:
        return from_site(site, pole)
    try:
        return from_site(named, pole)
    except SiteError:
        return Knowledge()
