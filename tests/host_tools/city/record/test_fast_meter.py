"""The fast reader of meters reads what the general way reads, and leaves to it what it does not know."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools.city.record import fast_meter
from host_tools.city.record.fast_json import parsed
from host_tools.city.store.meters import FIELDS, scaled
from host_tools.wire.from_pole import Meter, read

TOPIC = "diya/1/sagar/P0001/meter"
WIRE: dict[str, Any] = {
    "v": 1, "at": 1_796_000_000, "supplyVoltage": 230.1, "supplyCurrent": 0.653, "activePower": 148.2,
    "powerFactor": 0.98, "activeEnergy": 1234.567, "temperature": -4.3, "operatingHours": 20123.4,
    "switchOnCounter": 412, "remainingLife": 88,
}  # fmt: skip

numbers = st.one_of(
    st.integers(-40_000, 40_000), st.floats(-4000, 4000), st.integers(-(2**33), 2**33), st.floats(), st.integers(),
    st.decimals(-330, 330, places=3).map(float),
)  # fmt: skip
values = st.one_of(numbers, numbers, numbers, st.none(), st.booleans(), st.text(max_size=3), st.just([1]))
fields = st.sampled_from(["at", "v", "at", "extra", *(field for field, _steps in FIELDS.values())])


def checked(payload: bytes) -> tuple[int, tuple[int | None, ...]] | None:
    """What the fast reader reads, which the general way must read as well."""
    fast = fast_meter.reading(payload)
    if fast is not None:
        said = read(TOPIC, payload, parsed)
        assert isinstance(said, Meter)
        assert fast == (said.at, scaled(said.values))
        assert payload.isascii()
    return fast


def test_a_message_as_poles_send_it_is_read_with_each_number_of_fields() -> None:
    names = list(WIRE)
    for count in range(2, len(names) + 1):
        fast = checked(json.dumps({name: WIRE[name] for name in names[:count]}).encode())
        assert fast is not None and sum(one is not None for one in fast[1]) == count - 2


@given(st.dictionaries(fields, values), st.booleans())
def test_what_it_reads_is_what_the_general_way_reads(more: dict[str, Any], whole: bool) -> None:
    checked(json.dumps({**(WIRE if whole else {"at": 1_796_000_000}), **more}).encode())


@given(st.binary(max_size=12))
def test_any_bytes_among_its_fields_are_judged_by_the_general_way(middle: bytes) -> None:
    checked(b'{"v":1,"at":5,' + middle + b'"activePower":1.5}')
    checked(b'{"v":1,"at":5,"activePower":' + middle + b"}")


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"{}", b"null", b"[1]", b'{"activePower":1}', b'{"at":0}', b'{"at":1.5}', b'{"at":null}', b'{"at":1e3}',
        b'{"at":5,"activePower":true}', b'{"at":5,"activePower":"1"}', b'{"at":5,"activePower":1e999}',
        b'{"at":5,"activePower":NaN}', b'{"at":5,"supplyVoltage":1e9}', b'{"at":5,"note":"\xff"}', b'{"at":5,"v":"1"}',
        b'{"at":5,"activePower":1}' + b" " * 70_000,
    ],
    ids=lambda payload: repr(payload)[:40],
)  # fmt: skip
def test_of_what_is_not_as_poles_send_it_there_is_no_reading_here(payload: bytes) -> None:
    assert fast_meter.reading(payload) is None


def test_of_a_field_that_stands_twice_the_last_one_counts() -> None:
    assert checked(b'{"at":5,"activePower":1,"activePower":2,"at":6}') == (6, (20, *[None] * 8))
