"""Checks the relay: power flows while it is closed, and none while it is open.

The street is not made dark for that.  By day the pole itself has the relay open when the visit begins, which is
measured; at night only the closed contact is checked, unless the technician allows it to be opened for a moment.  With
a lit discharge lamp it is not opened even then: hot, the lamp would be dark for many minutes.
"""

from __future__ import annotations

from host_tools.field.commission.bounds import CONDUCTS, CONDUCTS_W, OPENS
from host_tools.field.commission.outcome import Figure, Note, Outcome
from host_tools.field.commission.session import FULL, REASON, Visit

NAME = "relay"
OPEN_S = 12  # the override that opens it ends after so long, also if the laptop fails
INRUSH_S = 1.0


def check(visit: Visit) -> Outcome:
    """Leaves the lamp at full light."""
    if "meter" not in visit.parts:
        visit.light(FULL)
        return Outcome(NAME)
    leaking = _open_power(visit) if not visit.service.read().relay else None
    visit.light(FULL)
    visit.wait(INRUSH_S)
    reading = visit.read()
    power = reading.power_w
    if visit.type:
        conducts = Figure(CONDUCTS, None if power is None else 100 * power / visit.type.at(reading.dim)[0])
    else:
        conducts = Figure(CONDUCTS_W, power)
    if leaking is None and visit.relay_opens and not visit.has_arc:
        leaking = _opened(visit)
    notes = [Note("note_arc_dark")] if visit.has_arc and not conducts.good else []
    if leaking is None:
        notes.append(Note("note_relay_arc" if visit.relay_opens else "note_relay_closed"))
        return Outcome(NAME, (conducts,), tuple(notes))
    return Outcome(NAME, (conducts, Figure(OPENS, leaking)), tuple(notes))


def _opened(visit: Visit) -> float | None:
    """Opens the relay for a moment and measures; then the lamp is lit again."""
    visit.tell("opening")
    visit.service.set(0, OPEN_S, 0, REASON)
    until = visit.monotonic() + OPEN_S - 2
    try:
        while visit.service.read().relay and visit.monotonic() < until:
            visit.wait(0.1)
        return _open_power(visit)
    finally:
        visit.light(FULL, 0)


def _open_power(visit: Visit) -> float | None:
    """The most of some readings (W) with the contact open."""
    found = []
    for _ in range(3):
        reading = visit.read()
        if reading.power_w is None or reading.relay:
            return reading.power_w
        found.append(abs(reading.power_w))
    return max(found)
