"""A pole's luminaire type and position, read from the site's files or from its bundle before the checks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from host_tools.field.commission.expected import Type
from host_tools.language import Spoken
from host_tools.site.load import load_site
from host_tools.site.model import SiteError

Position = tuple[float, float]


class NotThere(Spoken):
    """The pole is not among those of the site or the bundle that was named."""

    code = 4


class Knowledge(NamedTuple):
    """Type and position; None where they are not known."""

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
    from host_tools.field.bundle import Bundle, Damaged
    from host_tools.field.bundle.container import json_object

    bundle = Bundle.open(file, trust)
    if pole not in bundle.poles:
        return Knowledge()
    config = json_object(bundle.files(pole)["config.json"], f"the configuration of {pole} in {file.name}")
    try:
        table = config.get("luminaire") or ()
        position = (float(config["latitude"]), float(config["longitude"]))
        return Knowledge(Type.of_config(table, config) if table else None, position)
    except (KeyError, TypeError, ValueError, IndexError, ArithmeticError):
        raise Damaged(f"the configuration of {pole} in {file.name} is signed and makes no sense") from None


def known(site: str | None, bundle: Path | None, trust: Path | None, named: str, pole: str) -> Knowledge:
    """The knowledge of *pole* from the options; without one, from the files of the site that the pole *named*.

    Raises NotThere when the pole is not in the named site or bundle; SiteError, BundleError.
    """
    if bundle is not None or site is not None:
        found = from_site(str(site), pole) if bundle is None else from_bundle(bundle, trust, pole)
        if found.position is None:
            raise NotThere("commission.not_there", pole=pole, where=str(bundle or site))
        return found
    try:
        return from_site(named, pole)
    except SiteError:
        return Knowledge()
