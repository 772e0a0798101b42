"""Runs under MicroPython: checks a signature, and prints the milliseconds that takes, the least free bytes of the heap
with which it succeeds, and the milliseconds of as many passes of an empty loop as there are in PASSES.

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
PASSES = 100_000


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


def check():
    if not genuine(*given):
        raise ValueError


def loop():
    for _ in range(PASSES):
        pass


def least_ms(work):
    """Of TIMES runs, for other programs make most of them longer."""
    out = 0
    for _ in range(TIMES):
        began = time.ticks_us()
        work()
        took = time.ticks_diff(time.ticks_us(), began) / 1000
        out = min(out or took, took)
    return out


given = load()
took_ms = least_ms(check)
print(json.dumps([took_ms, least(*given), least_ms(loop)]))
