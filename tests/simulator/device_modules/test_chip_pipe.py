"""The pipe between a virtual machine and the simulator: frames, and requests that need no answer."""

import os
import signal
import socket
import struct
import subprocess
from pathlib import Path

from host_tools.firmware_build.find_micropython import find_micropython
from simulator import device_modules

Request = tuple[int, int, int, int, bytes]


def run(script: str, tmp_path: Path, answers: dict[int, tuple[int, bytes]] | None = None) -> tuple[list[Request], str]:
    """Requests (operation, silent, a, b, data) that *script* makes, and what it prints; *answers* by operation."""
    file = tmp_path / "script.py"
    file.write_text("from _chip import call, idle, post, read, read_into\nimport _chip\n" + script)
    ours, theirs = socket.socketpair()
    seen = []
    env = {**os.environ, "MICROPYPATH": os.pathsep.join([device_modules.__path__[0], ".frozen"])}
    with (
        ours,
        subprocess.Popen(
            [*find_micropython(), str(file), str(theirs.fileno())],
            env=env, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE, text=True,
        ) as vm,
    ):  # fmt: skip
        theirs.close()
        pipe = ours.makefile("rb")
        while head := pipe.read(12):
            op, silent, length, a, b = struct.unpack("<BBHii", head)
            seen.append((op, silent, a, b, pipe.read(length)))
            if not silent:
                value, data = (answers or {}).get(op, (0, b""))
                ours.sendall(struct.pack("<iHH", value, len(data), 0) + data)
        assert vm.stdout
        return seen, vm.stdout.read()


def test_values_and_data_go_and_come_whole(tmp_path: Path) -> None:
    script = """
print(call(1, -5, 2147483647))
print(read(2, 0, 0, b"who"))
buffer = bytearray(6)
print(read_into(3, buffer), bytes(buffer))
try:
    read(4)
except OSError as error:
    print(error.errno)
print(call(5), call(1))
"""
    big = bytes(range(256)) * 20
    seen, said = run(script, tmp_path, {1: (-7, b""), 2: (0, b"P1"), 3: (4, b"abcd"), 4: (-113, b""), 5: (9, big)})
    assert said.split("\n")[:-1] == ["-7", "b'P1'", "4 b'abcd\\x00\\x00'", "113", "9 -7"]
    assert seen[0] == (1, 0, -5, 2147483647, b"")
    assert seen[1] == (2, 0, 0, 0, b"who")


def test_what_needs_no_answer_goes_before_the_next_that_does_in_its_order(tmp_path: Path) -> None:
    seen, _ = run('post(1, 18, 1)\npost(2, 19, 500)\npost(3, 0, 0, b"XY")\ncall(9)\n', tmp_path)
    assert seen == [(1, 1, 18, 1, b""), (2, 1, 19, 500, b""), (3, 1, 0, 0, b"XY"), (9, 0, 0, 0, b"")]


def test_more_than_the_buffer_holds_is_neither_lost_nor_reordered(tmp_path: Path) -> None:
    script = """
for i in range(100):
    post(1, i, 0, bytes(i))
call(2, 0, 0, bytes(10000))
post(3, 1, 1, bytes(468))
post(3, 2, 2, bytes(469))
call(4)
"""
    seen, _ = run(script, tmp_path)
    assert [request[2] for request in seen[:100]] == list(range(100))
    assert [len(request[4]) for request in seen[:100]] == list(range(100))
    assert [(op, len(data)) for op, _silent, _a, _b, data in seen[100:]] == [(2, 10000), (3, 468), (3, 469), (4, 0)]


def test_waiting_tells_the_time_and_which_sockets_are_ready(tmp_path: Path) -> None:
    script = "print([byte for byte in idle(500)])\nprint(_chip.ticks)\n"
    seen, said = run(script, tmp_path, {100: (1234, bytes((3, 1, 5, 4)))})
    assert seen == [(100, 0, 500, 0, b"")]
    assert said == "[3, 1, 5, 4]\n1234\n"


def test_a_machine_whose_simulator_is_gone_ends(tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text("import _chip\n_chip.call(1)\n")
    ours, theirs = socket.socketpair()
    env = {**os.environ, "MICROPYPATH": os.pathsep.join([device_modules.__path__[0], ".frozen"])}
    with subprocess.Popen(
        [*find_micropython(), str(file), str(theirs.fileno())], env=env, pass_fds=[theirs.fileno()]
    ) as vm:
        theirs.close()
        ours.close()
        assert vm.wait(10) in (0, 1, -signal.SIGKILL)  # the system ends it where it can


# What is in use falls only by a collection, and the next one comes once 1,024 bytes were taken.
COUNTED = """
import gc

def turns(work):
    gc.collect()
    gc.threshold(1024)
    bytearray(2000)
    bytearray(100)  # the count begins with the collection that this brings; it goes with the next
    last, collected = gc.mem_alloc(), False
    for i in range(200):
        work()
        now = gc.mem_alloc()
        collected = collected or now < last
        last = now
    gc.threshold(-1)
    print(collected)
"""


def test_a_trip_takes_no_memory_and_so_brings_no_collection_nearer(tmp_path: Path) -> None:
    buffer = "buffer = bytearray(8)\ndef one(): read_into(7, buffer, 1, 2)\nturns(one)\n"
    script = (
        COUNTED + "turns(lambda: call(5, 1, 2))\nturns(lambda: post(6, 3))\n" + buffer + "turns(lambda: bytes(8))\n"
    )
    assert run(script, tmp_path, {7: (8, bytes(8))})[1].split() == ["False", "False", "False", "True"]


def test_a_threshold_in_a_chip_s_bytes_is_twice_as_many_here(tmp_path: Path) -> None:
    said = run("import gc, chip_gc\nchip_gc.threshold(8192)\nprint(gc.threshold())\n", tmp_path)[1]
    assert int(said) == 16384
