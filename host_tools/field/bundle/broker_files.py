"""Reads the secrets of a pole's link: its password at the broker, and its Wi-Fi network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from host_tools.broker.mosquitto_config import SECRETS
from host_tools.field.bundle.errors import BundleError
from host_tools.field.bundle.wifi_file import ANY, networks
from host_tools.keys import broker_passwords
from host_tools.site.model import Site


def links(site: Site, folder: Path | None, wifi: Path | None) -> dict[str, dict[str, Any]]:
    """Settings of the link, by pole of *site*.

    *folder* is what `diya site broker-config` wrote, *wifi* a file as `wifi.networks` reads it.
    Raises BundleError, BrokerError.
    """
    passwords = broker_passwords.read(folder / SECRETS / "users.csv") if folder else {}
    known = networks(wifi) if wifi else {}
    out: dict[str, dict[str, Any]] = {}
    for pole in site.poles:
        given = out[pole.name] = {}
        if folder:
            if pole.name not in passwords:
                raise BundleError(f"{folder} has no password for {pole.name}: run diya site broker-config again")
            given |= {"link.user": pole.name, "link.secret": passwords[pole.name]}
        if wifi:
            network = known.get(pole.access_point) or known.get(ANY)
            if network is None:
                raise BundleError(
                    f"{wifi} has no line for {pole.access_point}, the access point of {pole.name}, and none for {ANY}"
                )
            given |= {"link.ssid": network.ssid, "link.password": network.password}
    return out
