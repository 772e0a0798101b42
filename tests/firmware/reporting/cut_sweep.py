"""Tries every cut of a stretch of the run."""

import gc

try:
    from tests.firmware.reporting import cut_device, cut_run
except ImportError:  # MicroPython
    import cut_device
    import cut_run


def sweep(first, steps, nested=0):
    """Every cut from the beginning of step *first* through *steps* steps; one sentence that says how many there were.

    With *nested* every so manyth cut is followed by all cuts of the start after it.
    """
    return cut_run.within_loop(_sweep, first, steps, nested)


def _sweep(first, steps, nested):
    flash = cut_device.Flash()
    store = cut_device.store(flash, True)
    flash.log.clear()
    image, scratch = bytearray(flash.buffer), bytearray(flash.buffer)
    spare = (bytearray(flash.buffer), bytearray(flash.buffer), bytearray(flash.buffer)) if nested else ()
    promises = cut_run.run(store, flash.log, first + steps - 1)
    tried = again = 0
    at = first - 1
    for done, left in cut_device.cuts(image, scratch, flash.log, promises[at].operations):
        while at + 1 < len(promises) and promises[at + 1].operations <= done:
            at += 1
        tried += 1
        if nested and tried % nested == 0:
            again += _second_cuts(left, spare, promises[at], tried)
        _check(left, promises[at], tried)
    return "%d cut points in steps %d to %d, and %d second cuts" % (tried, first, first + steps - 1, again)


def _check(image, promise, number):
    gc.collect()
    flash = cut_device.Flash(image)
    try:
        cut_run.check(lambda: cut_device.store(flash), promise, 2 + number % 60000)
    except Exception:
        print("cut %d, after %d operations" % (number, promise.operations))
        raise


def _second_cuts(left, spare, promise, number):
    """The power fails again while the pole starts."""
    start, image, scratch = spare
    start[:] = left
    image[:] = left
    flash = cut_device.Flash(start)
    cut_run.Pole(cut_device.store(flash), 2 + number % 60000).put(700000, False)
    tried = 0
    for _, twice in cut_device.cuts(image, scratch, flash.log):
        tried += 1
        _check(twice, promise, number + tried)
    return tried
