"""The CSE7766 driver against the chip's model and captured frames: what flows in is read, and nothing false is."""

from __future__ import annotations

import pytest

from simulator.hardware.around import Electrical
from simulator.hardware.meter import cse7766

# as a Sonoff POW R2 sent them (arendst/Tasmota, tasmota/tasmota_xnrg_energy/xnrg_02_cse7766.ino)
NO_LOAD = bytes.fromhex("F25A02F760000361004010057240 51A6586310 1BE17F4D4E")
LOW = bytes.fromhex("555A02F76000035A004010048B9F51A65818727561ACA130")
LOADED = bytes.fromhex("555A02F7600003AB00401002605D51A65803E9EF710B7A36")


class Node:
    """A driver with a chip on its UART."""

    def __init__(self, bench) -> None:
        from pole.drivers.meter.cse7766 import Cse7766
        from pole.drivers.reading import Reading

        self.bench = bench
        self.chip = cse7766.Cse7766(lambda: bench.load)
        bench.chip.uarts.attach(4, 5, self.chip, 4800, 0)
        self.meter, self.reading = Cse7766(1, 4, 5), Reading()

    def sample(self, wait_ms: int = 1000) -> bool:
        self.bench.wait(wait_ms)
        self.meter.request()
        self.bench.wait(self.meter.answer_ms)
        return self.meter.read(self.reading)

    def sends(self, *frames: bytes) -> bool:
        """One read of *frames*, which come in place of the chip's own."""
        self.meter.request()
        self.chip._waiting = b"".join(frames)
        return self.meter.read(self.reading)


@pytest.fixture
def node(bench):
    return Node(bench)


def test_captured_frames_are_read_as_they_were_meant(node):
    assert node.sends(LOADED, LOADED)
    assert (node.reading.voltage_mv, node.reading.current_ma, node.reading.power_mw) == (207029, 105, 20862)
    assert node.reading.pf_thousandths == 957
    assert node.sends(LOW)  # its period has not ended: no more than 3.34 W
    assert node.reading.power_mw == 3340
    assert node.sends(NO_LOAD)
    assert (node.reading.power_mw, node.reading.pf_thousandths) == (0, 0)


@pytest.mark.parametrize("watts", [1.5, 5.0, 23.0, 90.0, 400.0])
def test_every_load_is_read(node, watts):
    node.bench.load = Electrical(231.0, watts / 231.0 / 0.9, watts)
    assert not node.sample(0) or watts > 100  # its first period takes longer
    node.sample(10_000)
    assert node.sample()
    assert abs(node.reading.voltage_mv - 231_000) < 150
    assert abs(node.reading.power_mw - watts * 1000) < 1 + watts
    assert abs(node.reading.current_ma - watts / 0.2079) < 1 + watts / 200
    assert abs(node.reading.pf_thousandths - 900) < 10


def test_a_lamp_that_goes_out_is_no_load_after_the_longest_period_and_never_more_than_could_flow(node):
    node.bench.load = Electrical(230.0, 0.4, 90.0)
    node.sample(5000)
    assert node.sample()
    node.bench.load = Electrical(230.0, 0.04, 0.0)
    node.chip.accumulate(node.bench.now_ms)
    assert node.sample()
    assert 0 < node.reading.power_mw < 5000
    assert node.sample(7000)
    assert (node.reading.power_mw, node.reading.current_ma) == (0, 40)
    node.bench.load = Electrical(230.0, 0.0, 0.0)
    assert node.sample()
    assert (node.reading.power_mw, node.reading.current_ma) == (0, 0)
    node.bench.load = Electrical(230.0, 0.4, 90.0)
    node.sample()
    assert node.sample()
    assert abs(node.reading.power_mw - 90_000) < 100


def test_a_wrong_checksum_a_part_of_a_frame_and_shifted_bytes_change_nothing(node):
    assert node.sends(LOADED, LOADED)
    for bit in range(16, 24 * 8):
        broken = bytearray(LOW)
        broken[bit // 8] ^= 1 << bit % 8
        assert not node.sends(bytes(broken)), bit
    assert not node.sends(LOW[:23])
    assert not node.sends(LOW[1:])
    assert node.reading.power_mw == 20862
    assert node.sends(LOADED[11:], b"\x55\x5a", LOADED, LOADED[:9])


@pytest.mark.parametrize("head", [0xAA, 0xF1, 0xF8, 0xF4])
def test_a_chip_that_does_not_trust_itself_has_not_answered(node, head):
    assert node.sends(LOADED, LOADED)
    assert not node.sends(bytes((head,)) + LOADED[1:])
    assert node.reading.power_mw == 20862
    assert node.sends(LOADED)


def test_a_stray_alignment_with_a_right_checksum_is_refused_for_its_coefficients(node):
    assert node.sends(LOADED, LOADED)
    stray = b"\x55\x5a" + bytes(range(21))
    assert not node.sends(stray + bytes((sum(range(21)) & 255,)))


def test_energy_goes_on_through_the_counters_overflow_and_a_restart_adds_none(node):
    node.bench.load = Electrical(230.0, 1.0, 230.0)
    node.chip.pulses = 0x1FFFF - 300  # both the 16 bits and the bit that says how often they were full
    node.sample(2000)
    for _ in range(6):
        assert node.sample(60_000 - node.meter.answer_ms)
    assert abs(node.meter.energy_wh + node.meter.energy_uwh / 1e6 - 23.0) < 0.1
    before = node.meter.energy_wh
    node.chip.power_on(node.bench.now_ms)
    node.sample(3000)
    assert node.sample()
    assert node.meter.energy_wh - before <= 1


def test_a_wrong_parity_gives_nothing(bench):
    node = Node(bench)
    bench.chip.uarts.attach(4, 5, node.chip, 4800, 1)
    assert not node.sample()
