"""The chip's key-value store as it lies in the flash, in the format of ESP-IDF's NVS (its documentation: "Internals").

A page is 4096 bytes: a header, two bits for each of 126 entries (erased, written, empty), and the entries of 32 bytes.
A value that changes is written again and its old entry is marked; a full page is followed by the next, and one that is
always kept free takes the entries still in use before the oldest is erased.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from host_tools.field.images.partitions import Partition
from simulator.hardware.memory import Nvs
from simulator.hardware.part import Answer
from simulator.virtual_pole.firmware_run.partitions import FlashParts

PAGE, ENTRY, ENTRIES = 4096, 32, 126
_FIRST = 2 * ENTRY  # where the entries begin
_ACTIVE, _FULL = 0xFFFFFFFE, 0xFFFFFFFC  # states of a page
_VERSION_2 = 0xFE
_EMPTY, _WRITTEN, _GONE = 3, 2, 0  # an entry's two bits
_NAMESPACE, _I32, _DATA, _INDEX = 0x01, 0x14, 0x42, 0x48  # types: a u8, an i32, a part of a blob, and its whole
_ANY = 0xFF  # chunk of what has none
_HEAD = struct.Struct("<BBBB")

Value = tuple[int, bytes]  # as simulator.hardware.memory.Nvs keeps it


def _crc(data: bytes) -> int:
    return zlib.crc32(data, 0xFFFFFFFF)


class FlashNvs(Nvs):
    """What is in *partition* of *flash*; a commit writes what has changed."""

    def __init__(self, flash: FlashParts, partition: Partition) -> None:
        super().__init__()
        self._parts = flash
        self._at = partition.offset
        self._pages = partition.size // PAGE
        self._flash = self._load()
        self._live = dict(self._flash)

    def _commit(self, a: int, b: int, data: bytes) -> Answer:
        changed = {name: value for name, value in self._live.items() if self._flash.get(name) != value}
        if changed or self._live.keys() != self._flash.keys():
            self._store(changed)
        return super()._commit(a, b, data)

    # -- reading

    def _page(self, number: int) -> bytes:
        return self._parts.read(self._at + number * PAGE, PAGE)

    def _in_use(self) -> list[int]:
        """Pages with entries, the oldest first."""
        found = []
        for number in range(self._pages):
            state, sequence, version = struct.unpack_from("<IIB", self._page(number))
            if state in (_ACTIVE, _FULL) and version == _VERSION_2:
                found.append((sequence, number))
        return [number for _sequence, number in sorted(found)]

    def _entries(self, number: int) -> Iterator[tuple[int, bytes]]:
        """Place and bytes of every entry in use on a page, with the entries of data that belong to it."""
        page = self._page(number)
        place = 0
        while place < ENTRIES:
            span = 1
            if _bits(page, place) == _WRITTEN:
                entry = page[_FIRST + place * ENTRY :][:ENTRY]
                if _crc(entry[:4] + entry[8:]) == int.from_bytes(entry[4:8], "little"):
                    span = max(1, entry[2])
                    yield place, page[_FIRST + place * ENTRY :][: span * ENTRY]
            place += span

    def _load(self) -> dict[bytes, Value]:
        spaces: dict[int, bytes] = {}
        numbers: dict[tuple[int, bytes], bytes] = {}
        parts: dict[tuple[int, bytes], dict[int, bytes]] = {}
        wholes: dict[tuple[int, bytes], tuple[int, int, int]] = {}
        for number in self._in_use():
            for _place, entry in self._entries(number):
                space, kind, _span, chunk = _HEAD.unpack_from(entry)
                key = entry[8:24].rstrip(b"\0")
                value = entry[24:32]
                if kind == _NAMESPACE and space == 0:
                    spaces[value[0]] = key
                elif kind == _I32:
                    numbers[space, key] = value[:4]
                elif kind == _DATA:
                    size = int.from_bytes(value[:2], "little")
                    parts.setdefault((space, key), {})[chunk] = entry[ENTRY : ENTRY + size]
                elif kind == _INDEX:
                    wholes[space, key] = struct.unpack_from("<IBB", value)
        found: dict[bytes, Value] = {}
        for (space, key), data in numbers.items():
            found[spaces.get(space, b"") + b"\0" + key] = 0, data
        for (space, key), (size, count, start) in wholes.items():
            blob = b"".join(parts.get((space, key), {}).get(start + i, b"") for i in range(count))
            if len(blob) == size:
                found[spaces.get(space, b"") + b"\0" + key] = 1, b"\x01" + blob
        self._spaces = {name: space for space, name in spaces.items()}
        return found

    # -- writing

    def _store(self, changed: dict[bytes, Value]) -> None:
        gone = [name for name in self._flash if name in changed or name not in self._live]
        pages = self._in_use()
        written = [entry for name, value in changed.items() for entry in self._encode(name, value)]
        room = self._room(pages[-1]) if pages else 0
        if sum(map(len, written)) // ENTRY > room:
            self._collect(pages)
            return
        stale = [(page, place, entry) for page in pages for place, entry in self._entries(page)]
        self._append(pages[-1], written)
        for name in gone:  # afterwards: a power cut in between leaves both, of which the later counts
            space, key = self._split(name)
            for page, place, entry in stale:
                if entry[0] == space and entry[8:24].rstrip(b"\0") == key:
                    self._mark(page, place, len(entry) // ENTRY, _GONE)

    def _split(self, name: bytes) -> tuple[int, bytes]:
        space, _, key = name.partition(b"\0")
        return self._spaces.get(space, 0), key

    def _room(self, number: int) -> int:
        page = self._page(number)
        free = 0
        while free < ENTRIES and _bits(page, ENTRIES - 1 - free) == _EMPTY:
            free += 1
        return free

    def _append(self, number: int, written: list[bytes]) -> None:
        place = ENTRIES - self._room(number)
        for entry in written:
            self._parts.program(self._at + number * PAGE + _FIRST + place * ENTRY, entry)
            self._mark(number, place, len(entry) // ENTRY, _WRITTEN)
            place += len(entry) // ENTRY

    def _mark(self, number: int, place: int, span: int, bits: int) -> None:
        for one in range(place, place + span):
            byte = 0xFF & ~(3 << one % 4 * 2) | bits << one % 4 * 2
            self._parts.program(self._at + number * PAGE + ENTRY + one // 4, bytes((byte,)))

    def _collect(self, pages: list[int]) -> None:
        """Writes all that is live on a fresh page, and erases the others."""
        free = next((number for number in range(self._pages) if number not in pages), pages[0] if pages else 0)
        sequence = max((int.from_bytes(self._page(number)[4:8], "little") for number in pages), default=-1) + 1
        self._spaces = {}
        written = [entry for name, value in self._live.items() for entry in self._encode(name, value)]
        if sum(map(len, written)) // ENTRY > ENTRIES:
            raise ValueError("the virtual chip's NVS holds one page, and its program stores more")
        self._clear(free)
        header = struct.pack("<IIB19x", _ACTIVE, sequence, _VERSION_2).replace(b"\0" * 19, b"\xff" * 19)
        self._parts.program(self._at + free * PAGE, header + struct.pack("<I", _crc(header[4:])))
        self._append(free, written)
        for number in pages:
            if number != free:
                self._clear(number)

    def _clear(self, number: int) -> None:
        self._parts.erase((self._at + number * PAGE) // PAGE)

    def _encode(self, name: bytes, value: Value) -> Iterator[bytes]:
        """The entries for one value, with that of its namespace where it is a new one."""
        space, _, key = name.partition(b"\0")
        if space not in self._spaces:
            self._spaces[space] = max(self._spaces.values(), default=0) + 1
            yield _entry(0, _NAMESPACE, 1, _ANY, space, bytes((self._spaces[space],)))
        number = self._spaces[space]
        kind, data = value
        if kind == 0:
            yield _entry(number, _I32, 1, _ANY, key, data)
            return
        blob = data[1:]
        lines = -(-len(blob) // ENTRY)
        size = struct.pack("<HHI", len(blob), 0xFFFF, _crc(blob))
        yield _entry(number, _DATA, 1 + lines, 0, key, size) + blob.ljust(lines * ENTRY, b"\xff")
        yield _entry(number, _INDEX, 1, _ANY, key, struct.pack("<IBB", len(blob), 1, 0))


def _bits(page: bytes, place: int) -> int:
    return page[ENTRY + place // 4] >> place % 4 * 2 & 3


def _entry(space: int, kind: int, span: int, chunk: int, key: bytes, value: bytes) -> bytes:
    head = _HEAD.pack(space, kind, span, chunk)
    tail = key.ljust(16, b"\0") + value.ljust(8, b"\xff")
    return head + struct.pack("<I", _crc(head + tail)) + tail
