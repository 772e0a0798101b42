"""Turns the reasons why a pole was not written, or does not start, into errors."""

from __future__ import annotations

from host_tools.field.flashing import boot_log
from host_tools.field.flashing.boot_log import Start
from host_tools.field.flashing.errors import FlashError, Lost, Noisy, NotStarted
from host_tools.field.flashing.esptool_output import REFUSED, Said
from host_tools.field.flashing.loader import Refused

STRAPS = {"esp32c3": "IO9"}  # low at a reset: the loader; of every other chip it is IO0
_NOT_STARTED = {
    boot_log.HELD: "flash.held",
    boot_log.FAILED: "flash.start_failed",
    boot_log.BROWNOUT: "flash.brownout",
    boot_log.LOOPS: "flash.loops",
}


def hopeless(error: Exception, port: str, baud: int) -> FlashError:
    """What to say when the last try at *port* ended with *error*."""
    if isinstance(error, Refused):
        return FlashError("flash.refused", port=port, baud=baud, why=error)
    if isinstance(error, Noisy) and REFUSED in str(error):  # at every rate, so it was not the line
        return FlashError("flash.failed", port=port, why=error)
    if isinstance(error, Noisy) and error.region:
        return FlashError("flash.damaged", port=port, region=error.region)
    return Lost("flash.noisy", port=port, baud=baud)


def ended(said: Said, port: str, refused: str) -> Exception:
    """Why esptool's pass over the chip at *port* ended early; *refused* is what the chip did not do."""
    if said.damaged:  # by ROM: what says where a region begins carries no checksum
        return Noisy(said.why, said.region)
    if refused or said.noise:
        return Noisy(said.why)
    return FlashError("flash.failed", port=port, why=said.why or said.last or "no reason given")


def not_started(start: Start, pole: str, port: str, chip: str) -> NotStarted | None:
    """What keeps the written *pole* from starting, if *start* tells of anything."""
    if start.how not in _NOT_STARTED:
        return None
    strap = STRAPS.get(chip, "IO0")
    return NotStarted(_NOT_STARTED[start.how], pole=pole, port=port, strap=strap, line=start.line)
