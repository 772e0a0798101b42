"""Power and resets of one pole, with an engine of the test's own in the place of the firmware."""

from pathlib import Path

import pytest

from simulator.device_modules import hostops, ops
from simulator.engines.engine import PoleDied
from simulator.hardware.chip import Chip
from simulator.hardware.radio import Radio
from simulator.kernel import Kernel
from simulator.network.endpoint import POLLIN, SOCK_STREAM
from simulator.street.pole_runner import BOOT_MS, VirtualPole
from tests.simulator.network.test_endpoint import Net


class Firmware:
    """Every life of the pole: does what the test says at each step, and waits as long as it says."""

    name = "test"

    def __init__(self) -> None:
        self.act = lambda hardware, ticks, ready: 1000
        self.steps: list[tuple[int, int, list[tuple[int, int]]]] = []  # (life, ticks, ready)
        self.lives = 0
        self.killed = 0

    def start(self, hardware) -> "Life":
        self.lives += 1
        return Life(self, hardware, self.lives)

    def close(self) -> None:
        pass


class Life:
    def __init__(self, firmware: Firmware, hardware, number: int) -> None:
        self._firmware, self._hardware, self._number = firmware, hardware, number

    def step(self, ticks: int, ready: list[tuple[int, int]]) -> int:
        self._firmware.steps.append((self._number, ticks, ready))
        return self._firmware.act(self._hardware, ticks, ready)

    def kill(self) -> None:
        self._firmware.killed += 1

    def heap(self) -> tuple[int, int]:
        return 1000 + self._number, 500


class Bench:
    def __init__(self, folder: Path) -> None:
        self.kernel = Kernel()
        self.firmware = Firmware()
        self.net = Net()
        radio = Radio(lambda: self.kernel.now_ms, 1)
        self.chip = Chip(lambda: self.kernel.now_ms, lambda: 0, radio, mac=bytes(6), seed=1, pulls={})
        self.pole = VirtualPole(self.kernel, "P1", folder, self.firmware, self.chip, self.net)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_the_firmware_starts_after_the_boot_time_and_is_stepped_when_it_asked(bench: Bench) -> None:
    bench.pole.power_on()
    bench.pole.power_on()  # it has power already
    bench.kernel.run(BOOT_MS + 2500)
    assert bench.firmware.steps == [(1, 0, []), (1, 1000, []), (1, 2000, [])]
    assert bench.pole.resets == {"powerOn": 1}


def test_a_crystal_that_runs_fast_counts_more_and_waits_less(bench: Bench) -> None:
    bench.pole.drift(10_000)  # 1 %
    bench.pole.power_on()
    bench.kernel.run(BOOT_MS + 99_500)
    ticks = [ticks for _life, ticks, _ready in bench.firmware.steps]
    assert len(ticks) == 101  # one of its seconds is 990.1 ms
    assert all(0 <= at - 1000 * step <= 1 for step, at in enumerate(ticks))


def test_a_crystal_that_changes_keeps_what_it_has_counted(bench: Bench) -> None:
    bench.pole.power_on()
    bench.kernel.at(BOOT_MS + 50_500, lambda: bench.pole.drift(10_000))
    bench.kernel.at(BOOT_MS + 150_500, lambda: bench.pole.drift(0))
    bench.kernel.run(BOOT_MS + 200_500)
    ticks = [ticks for _life, ticks, _ready in bench.firmware.steps]
    assert ticks == sorted(ticks)
    assert ticks[-1] // 1000 == 201  # 50.5 + 101 + 50 s
    bench.pole.power_off()
    bench.pole.power_on()
    bench.kernel.run(2 * BOOT_MS + 205_000)
    assert (2, 0, []) in bench.firmware.steps  # and a new life starts from zero


def test_power_that_goes_while_booting_leaves_nothing_running(bench: Bench) -> None:
    bench.pole.power_on()
    bench.kernel.at(BOOT_MS // 2, bench.pole.power_off)
    bench.kernel.at(BOOT_MS // 2 + 100, bench.pole.power_on)
    bench.kernel.run(BOOT_MS)
    assert bench.firmware.lives == 0  # the first boot never came to its end
    bench.kernel.run(3 * BOOT_MS)
    assert bench.firmware.lives == 1
    bench.pole.power_off()
    assert bench.firmware.killed == 1
    bench.kernel.run(60_000)
    assert bench.firmware.steps[-1][1] < 2000


def test_a_pole_with_a_hold_up_lives_on_it_and_then_ends(bench: Bench) -> None:
    bench.pole.power_on()
    bench.kernel.at(10_000, lambda: bench.pole.power_off(1500))
    bench.kernel.at(11_000, lambda: bench.pole.power_off(1500))  # still the same outage
    bench.kernel.run(60_000)
    assert bench.firmware.steps[-1][1] == 10_000  # ticks, so 10.8 s
    assert bench.firmware.killed == 1
    assert not bench.pole.powered
    bench.pole.power_on()
    bench.kernel.run(70_000)
    assert bench.firmware.lives == 2


def test_mains_that_is_back_within_the_hold_up_is_no_restart(bench: Bench) -> None:
    bench.pole.power_on()
    for cut in (10_000, 12_000, 20_000):
        bench.kernel.at(cut, lambda: bench.pole.power_off(1500))
        bench.kernel.at(cut + 1499, bench.pole.power_on)
    bench.kernel.run(30_000)
    assert (bench.firmware.lives, bench.firmware.killed) == (1, 0)
    bench.kernel.at(31_000, lambda: bench.pole.power_off(1500))
    bench.kernel.at(31_500, bench.pole.power_off)  # pulled out of its socket
    bench.kernel.run(31_500)
    assert bench.firmware.killed == 1


def test_an_unfed_watchdog_bites_and_a_fed_one_does_not(bench: Bench) -> None:
    def act(hardware, ticks, ready):
        if ticks == 0:
            hardware.handle(ops.WDT_START, 5000, 0, b"")
        if ticks <= 8000:
            hardware.handle(ops.WDT_FEED, 0, 0, b"")
        return 2000

    bench.firmware.act = act
    bench.pole.power_on()
    bench.kernel.run(BOOT_MS + 12_999)
    assert bench.pole.failures == []
    bench.kernel.run(BOOT_MS + 13_000)
    assert bench.pole.failures == ["the watchdog was not fed"]
    assert bench.pole.resets == {"powerOn": 1, "watchdog": 1}
    bench.kernel.run(2 * BOOT_MS + 13_000)
    assert bench.firmware.steps[-1][:2] == (2, 0)


def test_the_watchdog_of_a_life_that_is_over_does_not_bite_the_next(bench: Bench) -> None:
    def act(hardware, ticks, ready):
        if bench.firmware.lives == 1:
            hardware.handle(ops.WDT_START, 5000, 0, b"")
        return 100_000

    bench.firmware.act = act
    bench.pole.power_on()
    bench.kernel.at(2000, bench.pole.power_off)
    bench.kernel.at(3000, bench.pole.power_on)
    bench.kernel.run(60_000)
    assert bench.pole.resets == {"powerOn": 2}
    assert bench.pole.failures == []


def test_a_reset_the_firmware_asks_for_is_another_life_and_floats_its_pins(bench: Bench) -> None:
    def act(hardware, ticks, ready):
        hardware.handle(ops.PIN_INIT, 18, 3 | 2 << 8, b"")
        if bench.firmware.lives == 1:
            hardware.handle(ops.RESET, 0, 0, b"")
        return 100_000

    bench.firmware.act = act
    bench.pole.power_on()
    bench.kernel.run(BOOT_MS)
    assert bench.chip.gpio.level(18) == 0
    bench.kernel.run(5000)
    assert bench.chip.gpio.level(18) == 1
    assert bench.pole.resets == {"powerOn": 1, "reset": 1}
    assert bench.pole.failures == []


def test_a_firmware_that_ended_stays_ended_until_its_watchdog_bites(bench: Bench) -> None:
    def act(hardware, ticks, ready):
        if bench.firmware.lives == 1:
            hardware.handle(ops.WDT_START, 5000, 0, b"")
            raise PoleDied("it ended")
        return 100_000

    bench.firmware.act = act
    bench.pole.power_on()
    bench.kernel.run(BOOT_MS + 4999)
    assert len(bench.firmware.steps) == 1
    bench.kernel.run(60_000)
    assert bench.pole.failures == ["it ended", "the watchdog was not fed"]
    assert bench.firmware.lives == 2


def test_a_crash_that_main_reported_on_the_console_is_a_failure_once(bench: Bench, tmp_path: Path) -> None:
    def act(hardware, ticks, ready):
        with (tmp_path / "console.log").open("a") as console:
            console.write("hello\n" if bench.firmware.lives > 1 else "diya: the app ended\nValueError: of ours\n")
        if bench.firmware.lives < 3:
            hardware.handle(ops.RESET, 0, 0, b"")
        return 100_000

    bench.firmware.act = act
    bench.pole.power_on()
    bench.kernel.run(10_000)
    assert bench.pole.resets["reset"] == 2
    assert bench.pole.failures == ["diya: the app ended\nValueError: of ours"]


def test_a_socket_that_has_something_wakes_the_pole_only_if_it_waits_for_it(bench: Bench) -> None:
    def act(hardware, ticks, ready):
        if ticks == 0:
            hardware.handle(hostops.SOCKET, SOCK_STREAM, 0, b"")
            hardware.handle(hostops.CONNECT, 0, 1883, b"10.0.0.1")
            hardware.handle(hostops.INTEREST, 0, POLLIN, b"")
        elif ready:
            hardware.handle(hostops.INTEREST, 0, 0, b"")
        return 100_000

    bench.firmware.act = act
    bench.pole.power_on()
    bench.kernel.run(BOOT_MS)
    bench.kernel.at(BOOT_MS + 500, bench.pole.poke)  # nothing is there
    bench.kernel.at(BOOT_MS + 700, lambda: (setattr(bench.net.ends[0], "now", POLLIN), bench.pole.poke()))
    bench.kernel.at(BOOT_MS + 900, bench.pole.poke)  # it no longer waits
    bench.kernel.run(BOOT_MS + 2000)
    assert bench.firmware.steps == [(1, 0, []), (1, 700, [(0, POLLIN)])]


def test_what_is_left_to_read_wakes_the_pole_again_at_once(bench: Bench) -> None:
    def act(hardware, ticks, ready):
        if ticks == 0 and not bench.net.ends:
            hardware.handle(hostops.SOCKET, SOCK_STREAM, 0, b"")
            hardware.handle(hostops.CONNECT, 0, 1883, b"10.0.0.1")
            end = bench.net.ends[0]
            end.inbox, end.now = b"x" * 1000, POLLIN
        else:
            hardware.handle(hostops.RECV, 0, 300, b"")
        end = bench.net.ends[0]
        end.now = POLLIN if end.inbox else 0
        hardware.handle(hostops.INTEREST, 0, POLLIN, b"")
        return 100_000

    bench.firmware.act = act
    bench.pole.power_on()
    bench.kernel.run(BOOT_MS)
    assert bench.net.ends[0].inbox == b""
    assert [ticks for _life, ticks, _ready in bench.firmware.steps] == [0] * 5


def test_heap_is_the_highest_over_all_lives(bench: Bench) -> None:
    bench.pole.power_on()
    bench.kernel.at(5000, bench.pole.power_off)
    bench.kernel.at(6000, bench.pole.power_on)
    bench.kernel.run(20_000)
    bench.pole.close()
    assert bench.pole.heap_peak == 1002
    assert bench.firmware.killed == 2
