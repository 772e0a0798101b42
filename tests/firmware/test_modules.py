"""Modules that are needed for a moment: forgotten on a pole, kept where memory is no matter."""

import sys

from pole.modules import unload


def test_a_module_is_loaded_anew_on_a_pole_and_stays_on_a_computer():
    from pole.lighting import dates

    unload("pole.lighting.dates", "pole.lighting.never_loaded")
    from pole.lighting import dates as again

    assert (again is dates) == (sys.implementation.name != "micropython")
    assert again.civil(0) == (2000, 1, 1)


def test_what_there_was_no_memory_to_load_to_its_end_is_forgotten_too():
    sys.modules["pole.half"] = sys  # its package does not know it yet
    unload("pole.half")
    assert ("pole.half" in sys.modules) == (sys.implementation.name != "micropython")
    sys.modules.pop("pole.half", None)
