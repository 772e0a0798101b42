"""NVS of a new pole, read as ESP-IDF lays it out: one page in use, its entries with their CRC."""

import struct
import zlib

from host_tools.field.images.nvs import of_new_pole


def _crc(data: bytes) -> int:
    return zlib.crc32(data, 0xFFFFFFFF)


def test_the_high_water_mark_is_zero_and_everything_else_is_erased() -> None:
    image = of_new_pole(0x6000)
    assert len(image) == 0x6000
    assert set(image[4096:]) == {0xFF}
    state, sequence, version = struct.unpack_from("<IIB", image)
    assert (state, sequence, version) == (0xFFFFFFFE, 0, 0xFE)  # active, the first page, format 2
    assert struct.unpack_from("<I", image, 28)[0] == _crc(image[4:28])
    entries = {}
    at = 64
    while image[at] != 0xFF:
        entry = image[at : at + 32]
        namespace, kind, span, chunk = entry[:4]
        assert struct.unpack_from("<I", entry, 4)[0] == _crc(entry[:4] + entry[8:32])
        entries[namespace, kind, chunk, entry[8:24].rstrip(b"\0").decode()] = (entry[24:], image[at + 32 : at + 64])
        at += 32 * span
    assert entries.pop((0, 0x01, 0xFF, "diya"))[0][0] == 1
    head, data = entries.pop((1, 0x42, 0, "highWater"))
    assert struct.unpack_from("<H", head)[0] == 8
    assert data[:8] == bytes(8)
    assert struct.unpack_from("<I", head, 4)[0] == _crc(data[:8])
    assert struct.unpack_from("<I", entries.pop((1, 0x48, 0xFF, "highWater"))[0])[0] == 8
    assert entries == {}
