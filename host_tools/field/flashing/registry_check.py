"""Checks the registry before a pole is written, and adds the board after it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from host_tools.field.flashing.errors import Asked
from host_tools.registry import Registry
from host_tools.registry.bindings import date


@dataclass
class Registered:
    """The *registry* for a job; *replace*: a person has decided that an entry that contradicts is to be replaced."""

    registry: Registry
    by: str = ""
    replace: bool = False

    def ask(self, mac: str, pole: str, site: str) -> None:
        """Raises Asked when the board or the pole is registered otherwise."""
        against = self.registry.bindings().otherwise(mac, site, pole)
        if not against or self.replace:
            return
        last = against[-1]
        key = "flash.question_board" if last.mac == mac else "flash.question_pole"
        raise Asked(
            key, mac=mac, pole=pole, site=site, known=last.pole, at=last.site, board=last.mac, day=date(last.at)
        )

    def tell(self, mac: str, pole: str, site: str) -> None:
        """Register that the board is on that pole from now on."""
        self.registry.bind(mac, pole, site, int(time.time()), by=self.by, replace=self.replace)
