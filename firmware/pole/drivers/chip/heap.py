"""Sets the size of Python's heap, once, before the app is loaded.  Only needed at the start, so boot.py unloads it.

MicroPython on an ESP32 starts with a heap of 56 KB.  When that is full it adds an area as large as all it has, in the
largest block of ESP-IDF's heap: 56 KB more as soon as one byte more is needed.  What is left then is too little for
Wi-Fi and TLS.  So ESP-IDF's heap is made small while Python's grows: Wi-Fi takes what it needs, and a UART's receive
buffer all of the largest block but 50,000 bytes.  Python's heap is then 104 KB in all, and the app needs less than
that; ESP-IDF has 52 KB, of which TLS needs 40 (docs/memory.md has the figures).

Only an ESP32 without SPIRAM was measured: on any other chip, or where a figure is another one, nothing is done.
"""

import gc

import machine

from pole import const

_LEFT = const(50000)  # bytes of the largest block that Python's second area may have
_BUFFER = const(65535)  # bytes a UART's receive buffer can have: the driver keeps the number in 16 bits
_FIRST = const(61440)  # bytes: a heap that is larger has grown, or is not that of an ESP32 without SPIRAM
_ROOM = const(8192)  # bytes the second area must at least be able to have
_SLOTS = const(256)
# (bytes of an object, while more than so many bytes are free): the last one is small, for it is kept
_SIZES = ((1024, 6144), (256, 2048), (32, -1))


class Heap:
    """Python's own, on the chip.  Its methods have the names of ``gc``: simulator/device_modules has them, too."""

    def __call__(self, size):
        """A new object of *size* bytes, and a few."""
        return bytearray(size)

    def mem_alloc(self):
        """Bytes in use."""
        return gc.mem_alloc()

    def mem_free(self):
        """Bytes that are not in use."""
        return gc.mem_free()

    def collect(self, _kept):
        """Frees all that is not used: of the objects made here, all but *_kept*."""
        gc.collect()


def bound(description, radio, heap, failures=None):
    """Sets the size of *heap* on the board of that *description*; *radio* is the port, and is on afterwards.

    Returns an object that has to be kept, for an area with nothing in it is given back; None where nothing was done.
    Never raises: a step that raises is tried a second time, and a pole whose heap has no bound starts all the same and
    prints why in one line.  A meter whose UART raises is noted in *failures*.
    """
    part = description.get("heap") or description.get("meter") or {}
    if description["chip"] != "esp32" or "uart" not in part:
        return None
    for last in (False, True):
        try:
            return _bound(description, radio, heap, failures)
        except Exception as error:
            if last:
                print("diya: the size of the heap could not be set:", error)
    return None


def _bound(description, radio, heap, failures):
    import esp32

    heap.collect(None)
    if _size(heap) > _FIRST:
        return None
    radio.start()
    size = max([region[2] for region in esp32.idf_heap_info(esp32.HEAP_DATA)]) - _LEFT
    if not _ROOM <= size <= _BUFFER:
        heap.collect(None)
        return None
    part = description.get("heap") or description["meter"]
    kept = None
    # from here to deinit() nothing may be asked of ESP-IDF that takes memory: NVS would abort the chip
    try:
        uart = machine.UART(part["uart"], 9600, tx=part["tx"], rx=part["rx"], rxbuf=size)
    except Exception as error:
        if failures and "heap" not in description:
            failures.note("meter", error)
        raise
    try:
        kept = _grown(heap)
    finally:
        uart.deinit()
        heap.collect(kept)
    return kept


def _grown(heap):
    """An object in the area that *heap* has grown by, which this makes it do; None where it does not grow."""
    size = _size(heap)
    held = [None] * _SLOTS
    at = 0
    for one, down_to in _SIZES:
        while at < _SLOTS and heap.mem_free() > down_to:
            held[at] = heap(one)
            if _size(heap) != size:
                return held[at]
            at += 1
    return None


def _size(heap):
    """Bytes of *heap* in all."""
    return heap.mem_alloc() + heap.mem_free()
