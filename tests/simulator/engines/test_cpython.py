"""The engine in this process: whose the virtual modules are, and what is left of a life whose power went."""

import asyncio
import gc
import sys
from pathlib import Path

import pytest

from simulator.device_modules import hostops
from simulator.engines.cpython import CPythonEngine
from simulator.engines.engine import PoleDied
from simulator.hardware.flash import Flash
from simulator.network.endpoint import POLLOUT, Sockets
from tests.simulator.network.test_endpoint import End, Net


class Node:
    """A pole's hardware: sockets, and a note of everything else it was asked."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.flash = Flash()
        self.net = Net()
        self.asked: list[int] = []
        self._sockets = Sockets(name, self.net, lambda: None)

    def handle(self, op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        self.asked.append(op)
        return self._sockets.handle(op, a, b, data) if op >= hostops.RESOLVE else (7, b"")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch):
    one = CPythonEngine()
    import boot

    monkeypatch.setattr(boot, "boot", lambda vfs, data, net, *rest, **more: net)
    yield one
    one.close()


def firmware(monkeypatch: pytest.MonkeyPatch, live) -> None:
    import main

    monkeypatch.setattr(main, "live", live)


def test_the_virtual_modules_speak_to_the_pole_that_is_stepped(engine, monkeypatch, tmp_path: Path) -> None:
    async def live(net):
        import machine

        while True:
            machine.reset_cause()
            await asyncio.sleep(1)

    firmware(monkeypatch, live)
    one, other = Node("P1", tmp_path), Node("P2", tmp_path)
    first, second = engine.start(one), engine.start(other)
    assert (first.step(0, []), second.step(0, []), first.step(1000, [])) == (1000, 1000, 1000)
    assert (len(one.asked), len(other.asked)) == (2, 1)
    machine = sys.modules["machine"]
    with pytest.raises(RuntimeError, match="no pole was being stepped"):
        machine.reset_cause()
    first.kill()
    second.kill()


def test_a_life_whose_power_went_closes_nothing_of_the_next(engine, monkeypatch, tmp_path: Path) -> None:
    async def live(net):
        stream = await net.connect("10.0.0.1", 1883, 5000)
        try:
            await asyncio.sleep(1000)
        finally:
            stream.close()

    firmware(monkeypatch, live)
    monkeypatch.setattr(End, "ready", lambda self: POLLOUT)
    node = Node("P1", tmp_path)
    runner = engine.start(node)
    runner.step(0, [])
    runner.step(1, [(0, POLLOUT)])
    asked = len(node.asked)
    runner.kill()
    del runner
    gc.collect()
    assert node.net.ends[0].told == []
    assert len(node.asked) == asked


def test_a_firmware_that_ends_is_dead_and_says_why(engine, monkeypatch, tmp_path: Path) -> None:
    async def live(net):
        print("last words")
        raise ValueError("of ours")

    firmware(monkeypatch, live)
    runner = engine.start(Node("P1", tmp_path))
    with pytest.raises(PoleDied, match="ValueError\\('of ours'\\)"):
        runner.step(0, [])
    assert (tmp_path / "console.log").read_text() == "last words\n"
    runner.kill()


def test_a_closed_engine_leaves_no_machine_behind() -> None:
    before = sys.modules.get("machine")
    engine = CPythonEngine()
    assert sys.modules["machine"].__name__ == "simulator.device_modules.machine"
    engine.close()
    assert sys.modules.get("machine") is before
