"""What a start makes of an image that was tried: in every state, whichever image runs and whatever ended the other."""

from pole.update import image, image_trial

try:
    from tests.firmware.update import two_partitions
    from tests.firmware.update.two_partitions import Partition
    from tests.firmware.update.update_bench import Store
except ImportError:  # on MicroPython, which has this folder on its path
    import two_partitions
    from two_partitions import Partition
    from update_bench import Store

ALL = ("", image.STAGED, image.GO, image.TRIAL, image.BACK, image.ASK, image.ASKING, image.UNPROVEN)
CAUSES = ("powerOn", "hard", "watchdog", "soft", "unknown", "deepSleep")


class _Made:
    def __init__(self, **fields):
        for name in fields:
            setattr(self, name, fields[name])


class Parts:
    """As much of app.py's as the turn at a start has to do with."""

    def __init__(self, cause):
        self.ports = _Made(store=Store())
        self.reporter = _Made(identity={"resetCause": cause})


def turned(state, new, cause, tries=0, reason=""):
    """The list after a start, and what was asked of the bootloader."""
    two_partitions.fit()
    Partition.running = "ota_1" if new else "ota_0"
    Partition.boot = Partition.running
    parts = Parts(cause)
    there = [state, "9.0.0", 7, "0" * 16, 600, 0, "ota_1", "1.24.1", tries, 0, None, [], reason, False]
    image.write(parts.ports.store, there)
    try:
        image_trial._turn(parts, there, new)
        kept = image.read(parts.ports.store)
    finally:
        two_partitions.unfit()
    assert kept == there, "what is decided is written down"
    return there, Partition.boot


def test_every_state_with_every_image_and_cause():
    tried = 0
    for state in ALL:
        for new in (False, True):
            for cause in CAUSES:
                for tries in (0, 2, 3):
                    after, boots = turned(state, new, cause, tries, "lamp" if state == image.BACK else "")
                    check(state, new, cause, tries, after, boots)
                    tried += 1
    assert tried == len(ALL) * 2 * len(CAUSES) * 3


def check(state, new, cause, tries, after, boots):
    at, reason, what = after[image.STATE], after[image.REASON], (state, new, cause, tries)
    cut = cause == "powerOn"
    if new:
        assert at != image.STAGED or state == image.STAGED, what
        # an image that has ended by itself on probation never goes on, whatever the bootloader thinks of it
        if state == image.TRIAL and not cut:
            assert at == image.BACK and reason == "died", what
        assert (boots == "ota_0") == (at == image.BACK), what
        if state == image.GO:
            assert at == image.TRIAL, what
    else:
        assert boots == "ota_0" and at not in (image.GO, image.TRIAL, image.BACK), what
        if state in (image.GO, image.TRIAL):
            again = cut and tries < 3
            assert (at, reason) == ((image.STAGED, "") if again else ("", "powerCuts" if cut else "died")), what
            assert after[image.TRIES] == tries + again, what
        if state == image.BACK:
            assert (at, reason) == ("", "lamp"), what
    if state in ("", image.STAGED, image.UNPROVEN):
        assert at == state and reason == "", what
