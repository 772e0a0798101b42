"""What a pole needs for its link and nobody else should know: its password at the broker, and its Wi-Fi network."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from host_tools.bundle.errors import BundleError
from host_tools.site import credentials
from host_tools.site.broker_config import SECRETS
from host_tools.site.model import Site

_FIELDS = ("access_point", "ssid", "password")
_ANY = "*"  # the network of every access point that has no line of its own


def links(site: Site, folder: Path | None, wifi: Path | None) -> dict[str, dict[str, Any]]:
    """Settings of the link, by pole of *site*.

    *folder* is what `diya site broker-config` wrote, *wifi* CSV with the columns access_point, ssid and password.
    Raises BundleError, BrokerError.
    """
    passwords = credentials.read(folder / SECRETS / "users.csv") if folder else {}
    networks = _networks(wifi) if wifi else {}
    out: dict[str, dict[str, Any]] = {}
    for pole in site.poles:
        given = out[pole.name] = {}
        if folder:
            if pole.name not in passwords:
                raise BundleError(f"{folder} has no password for {pole.name}: run diya site broker-config again")
            given |= {"link.user": pole.name, "link.secret": passwords[pole.name]}
        if wifi:
            network = networks.get(pole.access_point) or networks.get(_ANY)
            if network is None:
                raise BundleError(
                    f"{wifi} has no line for {pole.access_point}, the access point of {pole.name}, and none for {_ANY}"
                )
            given |= {"link.ssid": network[0], "link.password": network[1]}
    return out


def _networks(path: Path) -> dict[str, tuple[str, str]]:
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
        return {row["access_point"]: (row["ssid"], row["password"]) for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        why = getattr(error, "strerror", None) or repr(error)
        raise BundleError(f"the Wi-Fi file {path} must be CSV with the columns {', '.join(_FIELDS)}: {why}") from error
