"""``gc`` as the firmware sees it on a machine of 64 bits, where the same objects take twice the bytes."""

import gc

collect, mem_alloc, mem_free = gc.collect, gc.mem_alloc, gc.mem_free


def threshold(bytes):
    """As on a chip: a collection each time that many of its bytes were taken."""
    gc.threshold(2 * bytes)
