"""What a crew carries."""

from host_tools.city.alarms.parts import parts, words
from host_tools.city.alarms.row import Row


def row(pole: str, carry: str) -> Row:
    return Row("k", pole, 2, 0, False, 0, None, "", 1, 0, (pole,), {}, None, "", carry)


def said(*carries: str) -> str:
    rows = [row(f"P{place}", carry) for place, carry in enumerate(carries)]
    return words(parts(rows, lambda pole: "led-150" if pole != "P3" else "led-90"))


def test_parts_are_summed_by_luminaire_and_tools_are_taken_once() -> None:
    assert said("driver", "driver", "driver") == "3 drivers led-150, 1 ladder truck"
    assert said("driver, cable", "node, fuse", "battery", "driver") == (
        "1 battery, 1 cable, 1 driver led-150, 1 driver led-90, 1 fuse, 1 node, 1 ladder truck"
    )
    assert said("clamp meter", "clamp meter", "barrier", "barrier") == "2 barriers, 1 clamp meter"
    assert said("battery", "battery") == "2 batteries"


def test_the_words_of_a_streets_faults_are_the_same_parts() -> None:
    assert said("a ladder truck, fuses, a spare controller, a multimeter", "node, fuse") == (
        "1 controller, 2 fuses, 1 node, 1 ladder truck, 1 multimeter"
    )
    assert said("the key of the feeder pillar, fuses and a breaker, a clamp meter") == (
        "1 breaker, 1 fuse, 1 clamp meter, 1 key of the feeder pillar"
    )
    assert said("a laptop with a Wi-Fi scanner, a spare access point and antenna, a ladder") == (
        "1 access point, 1 antenna, 1 ladder, 1 ladder truck, 1 laptop with a Wi-Fi scanner"
    )
    assert said("nothing to the street: call the network's operator") == said("") == ""
