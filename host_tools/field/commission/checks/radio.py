"""Checks the radio: the signal strength of the pole's access point."""

from __future__ import annotations

from host_tools.field.commission.bounds import RADIO
from host_tools.field.commission.outcome import Figure, Note, Outcome
from host_tools.field.commission.session import Visit

NAME = "radio"
HEARD = 3


def check(visit: Visit) -> Outcome:
    """The median of several readings; a pole that is still joining is waited for."""
    status = visit.joined(lambda status: status.rssi_dbm is not None or status.online)
    if status.rssi_dbm is None:
        if status.online:
            return Outcome(NAME)  # it is connected by other means than Wi-Fi
        notes = (Note("note_not_joined", {"why": status.problem}),) if status.problem else ()
        return Outcome(NAME, (Figure(RADIO, None),), notes)
    heard = [status.rssi_dbm]
    for _ in range(HEARD - 1):
        visit.wait(0.3)
        rssi = visit.service.status().rssi_dbm
        heard += [rssi] if rssi is not None else []
    return Outcome(NAME, (Figure(RADIO, sorted(heard)[len(heard) // 2]),))
