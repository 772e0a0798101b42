"""Faults of a virtual pole, its chip or its cable, on demand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from host_tools.errors import DiyaError
from simulator.virtual_pole.chips import CHIPS, SECURITY

HELP = (
    "cable:N[:S] (pulled after N bytes to the chip, in again S seconds later), chip:NAME (another one than said), "
    "stuck (in its loader), brownout (its supply breaks down when it starts), "
    "no-stub (code put into its RAM does not start), bad-block:ADDRESS, "
    "secured[:flash-encryption|secure-boot|secure-download], noisy-above:BAUD"
)


class Faults(NamedTuple):
    """All that is wrong; nothing, unless said otherwise."""

    cable_at: int | None = None  # bytes that reach the chip before the cable is pulled
    cable_back_after: float | None = None  # seconds until it is plugged in again; None: not by itself
    chip: str | None = None  # the kind of chip that is really there
    stuck_in_loader: bool = False  # the strap IO0 is held low: no reset leads into the program
    brownout: bool = False  # its supply breaks down when a program starts, and it is reset
    no_stub: bool = False  # a stub that a host puts into its RAM and starts does not answer
    bad_block: int | None = None  # address in the flash whose 4 KiB neither erase nor program right
    security: frozenset[str] = frozenset()  # of `chips.SECURITY`: what its eFuses say
    noisy_above: int | None = None  # baud; faster than this, bytes arrive damaged


def parse_faults(texts: Iterable[str]) -> Faults:
    """Faults as the command line names them; raises DiyaError for one that does not exist."""
    faults = Faults()
    for text in texts:
        try:
            faults = _add(faults, *text.split(":"))
        except (ValueError, TypeError):
            raise DiyaError(f"there is no fault {text!r} of a virtual pole: name one of {HELP}") from None
    return faults


def _add(faults: Faults, kind: str, *values: str) -> Faults:
    if kind == "cable":
        at, *after = values
        (seconds,) = after or (None,)
        return faults._replace(cable_at=int(at, 0), cable_back_after=None if seconds is None else float(seconds))
    if kind == "secured":
        (what,) = values or SECURITY[:1]
        if what not in SECURITY:
            raise ValueError
        return faults._replace(security=faults.security | {what})
    if kind == "stuck" and not values:
        return faults._replace(stuck_in_loader=True)
    if kind == "brownout" and not values:
        return faults._replace(brownout=True)
    if kind == "no-stub" and not values:
        return faults._replace(no_stub=True)
    (value,) = values
    if kind == "chip" and value in CHIPS:
        return faults._replace(chip=value)
    if kind == "bad-block":
        return faults._replace(bad_block=int(value, 0))
    if kind == "noisy-above":
        return faults._replace(noisy_above=int(value, 0))
    raise ValueError
