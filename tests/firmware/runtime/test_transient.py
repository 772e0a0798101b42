"""What is needed for a moment: forgotten on a pole, kept where memory is no matter."""

import sys

from pole.app import made
from pole.runtime.transient import unload


def test_a_module_is_loaded_anew_on_a_pole_and_stays_on_a_computer():
    from pole.timekeeping import dates

    unload("pole.timekeeping.dates", "pole.lighting.never_loaded")
    from pole.timekeeping import dates as again

    assert (again is dates) == (sys.implementation.name != "micropython")
    assert again.civil(0) == (2000, 1, 1)


def test_what_there_was_no_memory_to_load_to_its_end_is_forgotten_too():
    sys.modules["pole.half"] = sys  # its package does not know it yet
    unload("pole.half")
    assert ("pole.half" in sys.modules) == (sys.implementation.name != "micropython")
    sys.modules.pop("pole.half", None)


def test_what_is_made_once_forgets_how_on_a_pole_and_goes_on_working():
    class Part:
        def __init__(self):
            self.value = 7

        def double(self):
            return 2 * self.value

    class Whole:
        def __init__(self):
            self.part = Part()
            self.text, self.none, self.count, self.work = "text", None, 3, len

    whole = Whole()
    made(whole)
    assert whole.part.double() == 14
    assert (Part.__init__ is None) == (sys.implementation.name == "micropython")
    assert type("a") is str and list((1, 2)) == [1, 2]
