"""Every part of a board is soldered to its pins, over the pole's own plant."""

import pytest

from host_tools.boards import list_boards, load_board
from simulator.device_modules import ops
from simulator.kernel import Kernel
from simulator.street.wiring import Wiring
from tests.simulator.small_site import plant

PULL_UP = 1 | 3 << 4  # an input with its pull-up, as PIN_INIT has it


class Node:
    def __init__(self, board: str) -> None:
        self.board = load_board(board)
        self.kernel = Kernel()
        self.plant = plant(board=self.board)
        self.chip = Wiring(self.kernel, self.board, self.plant, 7, lambda: self.kernel.now_ms, "10.0.0.2").chip

    def level(self, table: str) -> int:
        pin = self.board[table]["pin"]
        self.chip.handle(ops.PIN_INIT, pin, PULL_UP)
        return self.chip.handle(ops.PIN_GET, pin)[0]

    def registers(self, table: str, address: int, register: int, n: int) -> bytes:
        part = self.board[table]
        self.chip.handle(ops.I2C_OPEN, part["bus"], 0, bytes((part["scl"], part["sda"])))
        return self.chip.handle(ops.I2C_READ_MEM, part["bus"], address | register << 8 | n << 16)[1]

    def fault(self, kind: str) -> None:
        self.plant.inject(1, kind, 1.0, self.kernel.now_ms)


@pytest.mark.parametrize("board", list_boards())
def test_door_leakage_gear_and_accelerometer_are_the_plants(board: str) -> None:
    node = Node(board)
    assert node.level("door") != node.board["door"]["open"]
    node.fault("door_open")
    assert node.level("door") == node.board["door"]["open"]
    assert node.registers("accelerometer", 0x18, 0x0F, 1) == b"\x33"
    assert len(node.registers("rtc", 0x68, 0, 7)) == 7  # on the same bus
    if "gear" not in node.board:  # a chip with few pins
        return

    leakage = node.board["leakage"]
    assert node.chip.handle(ops.ADC_READ, leakage["pin"])[0] * leakage["full_scale_ma"] / 65535 < 5
    node.plant.inject(2, "leakage", 1.0, 0)
    mv = node.chip.handle(ops.ADC_READ, leakage["pin"])[0] * 3300 / 65535
    if node.board["chip"] == "esp32":  # its converter begins at 142 mV
        mv += 142
    assert 280 < mv * leakage["full_scale_ma"] / 3300 < 320

    gear = node.board["gear"]
    for there in (True, False):
        node.chip.handle(ops.I2C_OPEN, gear["bus"], 0, bytes((gear["scl"], gear["sda"])))
        node.chip.handle(ops.I2C_WRITE, gear["bus"], 0x23, b"\x01\xff\x91")
        node.kernel.run(node.kernel.now_ms + 40)
        assert bool(node.registers("gear", 0x23, 0, 1)[0] & 8) is there
        node.registers("gear", 0x23, 1, 1)
        node.plant.inject(3, "gear_comm_lost", 1.0, node.kernel.now_ms)


def test_the_supplys_contact_follows_the_mains() -> None:
    node = Node("virtual-holdup")
    assert node.level("supply") == node.board["supply"]["present"]
    node.fault("mains_cut")
    assert node.level("supply") != node.board["supply"]["present"]
    node.plant.clear(1, 5)
    assert node.level("supply") == node.board["supply"]["present"]
