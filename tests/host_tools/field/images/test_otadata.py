"""`otadata` as ESP-IDF writes and reads it."""

from host_tools.field.images.otadata import (
    ABORTED,
    INVALID,
    NEW,
    UNDEFINED,
    VALID,
    Entry,
    active,
    decode,
    encode,
    of_first_slot,
)

# the file boot_app0.bin, which Espressif's own Arduino core flashes there: sequence 1
BOOT_APP0 = bytes.fromhex("01000000" + 20 * "00" + "ffffffff" + "9a984347")


def test_an_entry_is_read_back_and_an_erased_or_damaged_one_says_nothing() -> None:
    for entry in (Entry(1, VALID), Entry(2, NEW), Entry(70000, UNDEFINED)):
        data = encode(entry)
        assert len(data) == 32
        assert decode(data.ljust(4096, b"\xff")) == entry
        for place in (0, 3, 28, 31):  # the number and its sum
            assert decode(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]) is None
    assert decode(b"\xff" * 4096) is None
    assert decode(BOOT_APP0) == Entry(1, UNDEFINED)


def test_the_highest_number_that_was_not_given_up_is_in_force() -> None:
    assert active((None, None)) is None
    assert active((Entry(1, VALID), None)) == 0
    assert active((Entry(1, VALID), Entry(2, NEW))) == 1
    assert active((Entry(3, ABORTED), Entry(2, VALID))) == 1
    assert active((Entry(3, ABORTED), Entry(2, INVALID))) is None


def test_the_first_slot_is_said_to_be_good() -> None:
    image = of_first_slot(8192)
    assert len(image) == 8192
    assert decode(image) == Entry(1, VALID)
    assert set(image[32:]) == {0xFF}
