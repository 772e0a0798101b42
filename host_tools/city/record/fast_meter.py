"""Reads a message of kind ``meter`` into the columns of a reading, at a third of the time of the general way.

Only a message as poles send it: numbers that their columns can hold, and no other field.  Of every other one there is
no reading here, and the general way judges it; where there is one, it is the same as by that.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from host_tools.city.store.meters import Columns
from host_tools.wire.payload import MOST_BYTES

_At = Annotated[int, msgspec.Meta(ge=1, le=2**40)]  # Unix s, as in `host_tools.wire.from_pole`
# well within what the columns hold: in 32 bits thousandths, in 16 bits tenths and hundredths
_Wide = Annotated[float, msgspec.Meta(ge=-2e6, le=2e6)] | None
_Tenths = Annotated[float, msgspec.Meta(ge=-3e3, le=3e3)] | None
_Hundredths = Annotated[float, msgspec.Meta(ge=-3e2, le=3e2)] | None


class _Message(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """The message; the fields that are measured in the order of `meters.FIELDS`."""

    at: _At
    active_power: _Wide = None
    supply_current: _Wide = None
    active_energy: _Wide = None
    operating_hours: _Wide = None
    switch_on_counter: _Wide = None
    supply_voltage: _Tenths = None
    temperature: _Tenths = None
    power_factor: _Hundredths = None
    remaining_life: _Hundredths = None
    v: float = 0.0


_decode = msgspec.json.Decoder(_Message).decode
_fields = msgspec.structs.astuple


def reading(payload: bytes) -> tuple[int, Columns] | None:
    """The time (Unix s) and the columns of `meters.FIELDS`, as by `from_pole.read` and `meters.scaled`; or None."""
    if len(payload) > MOST_BYTES:
        return None
    try:
        message = _decode(payload)
    except msgspec.MsgspecError:
        return None
    at, power, current, energy, hours, switched, voltage, temperature, factor, life, _v = _fields(message)
    return at, (
        None if power is None else round(power * 10),
        None if current is None else round(current * 1000),
        None if energy is None else round(energy * 1000),
        None if hours is None else round(hours * 10),
        None if switched is None else round(switched),
        None if voltage is None else round(voltage * 10),
        None if temperature is None else round(temperature * 10),
        None if factor is None else round(factor * 100),
        None if life is None else round(life),
    )
