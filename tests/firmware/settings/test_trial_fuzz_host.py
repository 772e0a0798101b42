"""With anything staged and anything in its files the pole has a valid configuration, the old one or the new."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from pole.settings import at_start, schema, state_file
from pole.wire import ack_reasons, contract
from tests.firmware.mortal_store import MortalStore
from tests.firmware.settings.test_trial import FLASHED, Life, body, flashed, refused, sealed
from tests.fuzz import MANY

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=40),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
NAMES = some.sampled_from([field[0] for field in schema.FIELDS if field[0] != "version"]) | some.text(max_size=20)
CHANGES = some.dictionaries(NAMES, JSON, max_size=4)
ENDS = some.sampled_from(["dark", "2", "0", "-1", "1e999", "NaN", '"', "[[[[", "}"])


def sound(found: dict[str, Any]) -> bool:
    return not schema.check({name: value for name, value in found.items()})


@MANY
@given(CHANGES)
def test_what_is_taken_is_sound_as_a_whole_and_what_is_not_changes_nothing(changes: dict[str, Any]) -> None:
    text = json.dumps({**json.loads(body(2)), **changes})
    store = MortalStore({at_start.NEXT: text.encode()})
    life = Life(store)
    assert sound(life.settings)
    expected = schema.check({**FLASHED, **json.loads(text)})
    before = schema.complete(dict(FLASHED))
    assert (life.settings == before) == bool(expected)
    assert life.settings["link.password"] == ("secret one" if expected else changes.get("link.password", "secret one"))
    if expected:
        told = life.tell()
        assert told
        assert (told["outcome"], told["reason"]) == ("rejected", ack_reasons.BAD_FIELD)
        assert len(told["detail"]) <= 160
        assert contract.encode(contract.FIELDS[contract.ACK], told)
    assert at_start.NEXT not in store.files


@MANY
@given(some.dictionaries(
    some.sampled_from([schema.NAME, schema.LAST_GOOD, at_start.NEXT, state_file.NAME, at_start.KEYS]),
    some.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()) | CHANGES.map(
        lambda changes: json.dumps({**json.loads(body(4)), **changes}).encode()
    ), max_size=5,
), some.integers(0, 5))  # fmt: skip
def test_nothing_in_its_files_stops_a_pole_or_is_half_in_force(files: dict[str, bytes], deaths: int) -> None:
    store = MortalStore(files)
    assert sound(Life(store, early_deaths=deaths).settings)
    life = Life(store)
    life.tell()
    assert sound(life.settings)
    again = Life(store)
    assert again.settings == life.settings


@MANY
@given(some.integers(0, 2000), some.binary(min_size=1, max_size=4))
def test_a_message_with_other_bytes_is_refused_and_stored_nowhere(place: int, other: bytes) -> None:
    payload = bytearray(sealed(body(2)))
    place %= len(payload)
    if payload[place : place + len(other)] == other:
        return
    payload[place : place + len(other)] = other
    store = MortalStore()
    fields = Life(store).take(bytes(payload))
    try:
        same = json.loads(payload) == json.loads(sealed(body(2)))  # a blank for a blank
    except ValueError:
        same = False
    if not same and fields is not None:
        assert fields["outcome"] == ack_reasons.REJECTED
        assert store.files == {}
    assert same or fields is not None


@MANY
@given(some.text(max_size=30), ENDS)
def test_a_body_that_is_no_json_is_refused(text: str, end: str) -> None:
    store = MortalStore()
    fields = Life(store).take(sealed("{" + text + end))
    assert fields is not None
    assert fields["outcome"] == ack_reasons.REJECTED
    assert store.files == {}


def test_ten_of_them_are_undone_and_the_latest_are_remembered() -> None:
    store = MortalStore()
    texts = [body(version, floor=101) for version in range(2, 12)]
    for text in texts:
        store.files[at_start.NEXT] = text.encode()
        assert Life(store, flashed()).version == 1
    for text in texts[2:]:
        fields = Life(store).take(sealed(text))
        refused(fields, ack_reasons.BAD_FIELD, "floor is 101")
