"""What is no good in a release is refused with a reason, over the real path and real littlefs, and the lamp burns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from host_tools.keys.key import Key
from host_tools.release import Release, file_list
from pole.update import pointer
from pole.wire import ack_reasons, contract
from simulator.street.street import Street
from tests.simulator.streets import NIGHT, City, Lived, live, stored
from tests.simulator.updates import download_story
from tests.simulator.updates.download_story import CHANGED, GOLDEN, SPREAD_S
from tests.simulator.updates.published import SETTINGS, TRUST, order, publish, signed, tell
from tests.simulator.updates.releases import Change, install

ENGINES = ("cpython", "micropython")
NEW = bytes(range(250)) * 13


def lived(engine: str, begin: Callable[[Street], None], **options: Any) -> Lived:
    options = {"poles": 1, "settings": SETTINGS, **options}
    seen = live(0.06, start=NIGHT, engine=engine, begin=begin, files={**TRUST, **GOLDEN}, **options)
    assert seen.street.failures() == [] and seen.street.darkness.total_minutes() == 0
    assert all(count == len(seen.street.poles) for count in seen.street.resets().values())
    return seen


def refused(seen: Lived, reason: str, pole: str = "P0001") -> str:
    """Asserts that *pole* took the message, and gave the update up for that *reason*; the sentence."""
    assert [ack["outcome"] for ack in seen.acks(pole)] == [ack_reasons.ACCEPTED, contract.REJECTED], seen.acks(pole)
    last = seen.acks(pole)[-1]
    assert last["reason"] == reason, last
    store = stored(seen.street.poles[pole].pole.flash)
    after = pointer.read(store)
    assert after["new"] is None and after["reverted"] is None
    assert store.names("a") == ["lib"] and store.names("a/lib") == [], "what came of it takes room"
    return str(last["detail"])


def flips(one: Release) -> list[tuple[int, int, str]]:
    """(piece, byte of it, what the pole says of it) of the list's ends, and of each file that is fetched."""
    found = one.package("virtual")
    [change] = [file.deltas[0].piece for file in found.files if file.path == CHANGED]
    whole = {file.path: file.piece for file in found.files}
    last = len(found.listing) - 1
    return [
        (0, 0, "list"), (0, last, "list"), (change, 5, ""), (whole["few.mpy"], 1, "few.mpy"),
        (whole["lib/new.mpy"], 1023, "new.mpy"), (whole["lib/new.mpy"] + 3, 0, "new.mpy"),
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_a_body_with_one_bit_flipped_on_the_way_is_never_staged(engine: str) -> None:
    """But for a difference: the file that it makes is another one, and then comes whole."""
    releases = [signed({**GOLDEN, CHANGED: GOLDEN[CHANGED][:9] + bytes([number]) + GOLDEN[CHANGED][9:],
                        "few.mpy": b"few", "lib/new.mpy": NEW}, "0.2.0", [GOLDEN]) for number in range(6)]  # fmt: skip
    keys = [Key(f"P{number + 1:04}", bytes([number + 1] * 32)) for number in range(len(releases))]
    wrong = [flips(one)[number] for number, one in enumerate(releases)]

    def begin(street: Street) -> None:
        city = City(street)
        for one, key, (piece, at, _) in zip(releases, keys, wrong, strict=True):
            pieces = one.pieces("virtual")
            topic, data = pieces[piece]
            pieces[piece] = topic, data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
            publish(city, pieces)
            tell(city, order(one, SPREAD_S), 20_000, key=key)

    settings = {**SETTINGS, "keys": {key.name: key.secret.hex() for key in keys}}
    seen = lived(engine, begin, poles=len(keys), settings=settings)
    for key, (_, _, words) in zip(keys, wrong, strict=True):
        if words:
            assert words in refused(seen, ack_reasons.WRONG_CONTENT, key.name)
        else:
            assert pointer.read(stored(seen.street.poles[key.name].pole.flash))["new"]["state"] == pointer.STAGED


@pytest.mark.parametrize("engine", ENGINES)
def test_a_flash_that_is_full_is_told_before_a_piece_is_fetched(engine: str) -> None:
    one = download_story.release()

    def begin(street: Street) -> None:
        store = stored(street.poles["P0001"].pole.flash)
        while store.free() > 80:
            store.append("other", bytes(4096))
        city = City(street)
        publish(city, one.pieces("virtual"))
        tell(city, order(one, SPREAD_S), 20_000)

    assert "blocks of the flash are missing" in refused(lived(engine, begin), ack_reasons.NO_SPACE)


FILLS: Change = (
    "pole/update/assemble.py",
    "    capacity.check(store, blocks, work)\n",
    "    try:\n"
    "        while True:\n"
    "            store.append('other', bytes(2048))\n"
    "    except OSError as error:\n"
    "        assert error.args[0] == 28, error\n",
)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_flash_that_is_full_to_its_last_block_while_pieces_come_is_told_and_what_came_is_removed(engine: str) -> None:
    """The running software fills it at once, when it has counted the blocks that the list asks for."""
    one = download_story.release()

    def begin(street: Street) -> None:
        flash = street.poles["P0001"].pole.flash
        store = install(flash, "b", "0.1.5", FILLS)
        while store.free() > 110:
            store.append("more", bytes(4096))
        city = City(street)
        publish(city, one.pieces("virtual"))
        tell(city, order(one, SPREAD_S), 20_000)

    seen = lived(engine, begin)
    assert refused(seen, ack_reasons.NO_SPACE) == "the flash of the pole is full"
    store = stored(seen.street.poles["P0001"].pole.flash)
    assert pointer.read(store)["run"] == ["b"] and store.free() == 0


def test_the_longest_list_of_files_fills_no_heap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of files that `diya update sign` would refuse: it is read, tried, and undone when the app in it cannot start."""
    monkeypatch.setattr(file_list, "MOST_FILES", 1000)
    one = signed({f"f{number}.mpy": b"%d" % number for number in range(206)})
    assert 16_000 < len(one.package("virtual").listing) <= file_list.MOST_BYTES

    def begin(street: Street) -> None:
        city = City(street)
        publish(city, one.pieces("virtual"))
        tell(city, order(one), 20_000)

    seen = live(
        0.4, poles=1, start=NIGHT, engine="micropython", begin=begin, files=TRUST,
        settings={**SETTINGS, "meter.interval": 3600},
    )  # fmt: skip
    assert seen.street.failures() == [] and seen.street.darkness.total_minutes() == 0
    after = pointer.read(stored(seen.street.poles["P0001"].pole.flash))
    assert after["reverted"] == {"from": "0.2.0", "reason": pointer.DIED, "told": True}
    assert [birth["firmware"] for _ms, birth in seen.said("P0001", contract.BIRTH)][-1] == "0.1.0"
