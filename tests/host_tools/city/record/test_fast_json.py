"""The fast reader of JSON reads what the other reads, and nothing else."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools.city.record.fast_json import parsed
from host_tools.wire import payload

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["\ud800", "\x00", "धूप"])
)  # fmt: skip
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


@given(values, st.booleans())
def test_of_anything_that_is_json_both_read_the_same(value: Any, ascii_: bool) -> None:
    text = json.dumps({"value": value}, ensure_ascii=ascii_).encode("utf-8", "surrogatepass")
    assert same(parsed(text), payload.parsed(text))


@given(st.binary(max_size=30))
def test_of_any_bytes_both_read_the_same(text: bytes) -> None:
    assert same(parsed(text), payload.parsed(text))


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1e999}', b'{"a":NaN}', b'{"a":"\\ud800"}', b'{"a":1,"a":2}', b"[1]", b"\xef\xbb\xbf{}", b"",
        b"{" * 70_000, b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}", b'{"a":' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_of_what_is_hard_both_read_the_same(text: bytes) -> None:
    assert same(parsed(text), payload.parsed(text))
