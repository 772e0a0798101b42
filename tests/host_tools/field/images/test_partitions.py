"""The partition table: ours, as ESP-IDF's own tool would read it."""

import hashlib
import itertools
import struct

import pytest

from host_tools.field.images import partitions
from host_tools.field.images.esp_image import ImageError
from host_tools.field.images.partitions import SIZES_MB, decode, encode, first_app, layout


@pytest.mark.parametrize("flash_mb", SIZES_MB)
def test_partitions_fit_and_do_not_overlap(flash_mb: int) -> None:
    rows = sorted(layout(flash_mb).values(), key=lambda row: row.offset)
    assert rows[0].offset >= partitions.OFFSET + 0x1000
    assert rows[-1].end <= flash_mb << 20
    for one, other in itertools.pairwise(rows):
        assert one.end <= other.offset
    for row in rows:
        assert row.offset % (0x10000 if row.is_app else 0x1000) == 0
        assert row.size % 0x1000 == 0


@pytest.mark.parametrize("flash_mb", SIZES_MB)
def test_every_pole_has_a_mebibyte_of_vfs_and_of_data(flash_mb: int) -> None:
    table = layout(flash_mb)
    assert table["vfs"].size == table["data"].size == 1 << 20


def test_four_megabytes_have_one_slot_and_more_have_two() -> None:
    assert [row.name for row in layout(4).values() if row.is_app] == ["factory"]
    for flash_mb in (8, 16):
        table = layout(flash_mb)
        assert [row.name for row in table.values() if row.is_app] == ["ota_0", "ota_1"]
        assert table["ota_0"].size == table["ota_1"].size
        assert table["otadata"].size == 0x2000
        assert first_app(table).name == "ota_0"


@pytest.mark.parametrize("flash_mb", SIZES_MB)
def test_the_table_is_read_back_and_ends_with_its_md5(flash_mb: int) -> None:
    table = layout(flash_mb)
    data = encode(table)
    assert decode(data, "table") == table
    end = 32 * len(table)
    assert struct.unpack_from("<H", data)[0] == 0x50AA
    assert data[end : end + 32] == b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(data[:end]).digest()
    assert set(data[end + 32 :]) == {0xFF}
    assert len(data) == 0xC00


def test_a_damaged_table_and_none_at_all_are_told_apart() -> None:
    data = bytearray(encode(layout(4)))
    data[5] ^= 1
    with pytest.raises(ImageError, match="table is damaged: its MD5"):
        decode(bytes(data), "table")
    with pytest.raises(ImageError, match="table is no partition table"):
        decode(b"\xff" * 0xC00, "table")
