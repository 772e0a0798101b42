"""Runs under MicroPython: checks a signature, and prints the milliseconds that takes, and the least free bytes of the
heap with which it succeeds.

Arguments: a file of JSON (text, signature and modulus, hexadecimal), and the folder of the firmware.
"""

import gc
import json
import sys
import time
from binascii import unhexlify

sys.path.insert(0, sys.argv[2])
from pole.update.verify import genuine

TIMES = 20
SMALL = 128


def load():
    with open(sys.argv[1]) as file:
        given = json.load(file)
    return given["text"].encode(), unhexlify(given["signature"]), unhexlify(given["modulus"])


def fill(held, size):
    """Holds pieces of *size* bytes until there is no room for another."""
    try:
        while True:
            held.append(bytearray(size))
    except MemoryError:
        pass


def least(text, signature, modulus):
    """Bytes in one piece with which a check succeeds where nothing else is free; with SMALL less it does not."""
    held = []
    room = 0
    while True:
        room += SMALL
        del held[:]
        gc.collect()
        free = bytearray(room)
        for size in (4096, SMALL, 1):
            fill(held, size)
        del free
        gc.collect()
        try:
            if genuine(text, signature, modulus):
                return room
        except MemoryError:
            pass


given = load()
began = time.ticks_us()
for _ in range(TIMES):
    if not genuine(*given):
        raise ValueError
took_ms = time.ticks_diff(time.ticks_us(), began) / 1000 / TIMES
print(json.dumps([took_ms, least(*given)]))
