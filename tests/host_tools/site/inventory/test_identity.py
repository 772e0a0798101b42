"""No list, in any order and with any lights missing, makes one light into another."""

from __future__ import annotations

from hypothesis import given, strategies

from host_tools.site.inventory.identity import Known, name_poles, registered
from host_tools.site.inventory.lamps import Lamps
from host_tools.site.inventory.lights import Light

LED = Lamps("led", (90.0,), 1)


def light(number: int, keyed: bool) -> Light:
    """The light *number*, 10 m beside the one before."""
    return Light(number, f"K/{number}" if keyed else "", "", (23.84, round(78.74 + number * 1e-4, 7)), {}, LED)


@given(strategies.lists(strategies.sets(strategies.integers(0, 30)), min_size=1, max_size=6), strategies.booleans())
def test_a_name_belongs_to_one_light_through_all_lists(lists: list[set[int]], keyed: bool) -> None:
    known: list[Known] = []
    owner: dict[str, int] = {}
    for numbers in lists:
        lights = [light(number, keyed) for number in sorted(numbers, key=lambda n: (n * 7) % 31)]
        names = name_poles(lights, known, ())
        assert len(set(names)) == len(names)
        for one, name in zip(lights, names, strict=True):
            assert owner.setdefault(name, one.line) == one.line
        known = registered(lights, names, known)
    assert len(set(owner.values())) == len(owner)  # and a light has one name


def test_two_numbers_at_one_place_are_two_lights() -> None:
    first = [light(1, True)]
    known = registered(first, name_poles(first, [], ()), [])
    other = [Light(1, "K/2", "", first[0].place, {}, LED)]
    assert name_poles(other, known, ()) == ["K-2"]


def test_a_light_that_gets_its_first_number_keeps_its_name() -> None:
    first = [light(1, False)]
    known = registered(first, name_poles(first, [], ()), [])
    assert name_poles([light(1, True)], known, ()) == ["P0001"]


def test_a_name_of_another_pole_of_the_site_is_not_taken() -> None:
    assert name_poles([light(1, False)], [], ["p0001"]) == ["P0002"]
