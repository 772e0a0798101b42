"""What was flashed runs on the real MicroPython: its prompts, its resets, its watchdog, its lamp."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from host_tools.field.images import partitions
from simulator.virtual_pole.firmware_run import Life, pole
from simulator.virtual_pole.flash_file import FlashFile
from tests.patience import PATIENCE_S
from tests.simulator.virtual_pole.flashed import RAW, Somebody, flashed, reached


@pytest.fixture(autouse=True)
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chip starts without its usual delay."""
    monkeypatch.setattr(pole, "BOOT_MS", 50)


FOR_EVER = b"""
import time
print("at work")
try:
    while True:
        time.sleep(3600)
except KeyboardInterrupt:
    print("left")
"""


def test_a_person_interrupts_the_program_and_talks_to_micropython() -> None:
    with Somebody(flashed({"boot.py": b"print('boot.py', __name__)\nfound = 6\n", "main.py": FOR_EVER})) as somebody:
        assert somebody.hears(b"at work\r\n") == b"boot.py __main__\r\nat work\r\n"
        somebody.types(b"\x03")
        assert b"left\r\nMicroPython v1.24.1" in somebody.hears(b">>> ")
        somebody.types(b"found * 7\r")
        assert somebody.hears(b">>> ") == b"found * 7\r\n42\r\n>>> "
        somebody.types(b"for i in (1,\r2):\r  print(i)x\x7f\r\r")
        assert somebody.hears(b">>> ").endswith(b"1\r\n2\r\n>>> ")
        somebody.types(b"1 / 0\r")
        assert somebody.hears(b">>> ").endswith(
            b'Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\n'
            b"ZeroDivisionError: divide by zero\r\n>>> "
        )
        somebody.types(b"\x05if 1:\r  print('pas' + 'ted')\r\x04")
        somebody.hears(b"pasted\r\n>>> ")
        somebody.types(b"\x04")  # Ctrl-D: MicroPython starts again, the chip does not
        heard = somebody.hears(b"at work\r\n")
        assert heard.endswith(b"MPY: soft reboot\r\nboot.py __main__\r\nat work\r\n")
        assert somebody.starts == 1


def test_a_program_speaks_with_the_raw_prompt_and_its_soft_reset_skips_main_py() -> None:
    boot = b"import machine\nprint('because', machine.reset_cause())\n"
    with Somebody(flashed({"boot.py": boot, "main.py": FOR_EVER})) as somebody:
        somebody.hears(b"because 1\r\nat work\r\n")
        somebody.types(b"\r\x03\r\x01")
        somebody.hears(RAW)
        assert somebody.runs(b"print(1 + 1)") == b"2\r\n!"
        assert b"NameError" in somebody.runs(b"print(nothing)")
        somebody.types(b"\x05A\x01")
        somebody.hears(b"R\x01\x80\x00\x01")
        program = b"print(len('" + b"x" * 500 + b"'))"
        for at in range(0, len(program), 128):
            somebody.types(program[at : at + 128])
            if len(program) - at >= 128:
                somebody.hears(b"\x01")
        somebody.types(b"\x04")
        assert somebody.hears(b"\x04>") == b"\x04500\r\n\x04\x04>"
        somebody.types(b"while True: pass\x04")
        somebody.hears(b"OK")
        somebody.types(b"\x03")
        assert b"KeyboardInterrupt" in somebody.hears(b"\x04>")
        somebody.types(b"\x04")
        assert somebody.hears(RAW) == b"OK\r\nMPY: soft reboot\r\nbecause 5\r\n" + RAW
        somebody.types(b"import machine; machine.reset()\x04")
        somebody.hears(b"because 2\r\nat work\r\n")
        assert somebody.starts == 2


def test_a_timer_goes_on_while_the_prompt_waits_and_without_it_the_watchdog_bites() -> None:
    boot = b"""
import machine
print("because", machine.reset_cause())
if machine.reset_cause() == machine.PWRON_RESET:
    dog = machine.WDT(timeout=5000)
    fed = [0]
    def feed(timer):
        fed[0] += 1
        dog.feed()
    timer = machine.Timer(0)
    timer.init(period=50, mode=machine.Timer.PERIODIC, callback=feed)
"""
    with Somebody(flashed({"boot.py": boot})) as somebody:
        somebody.hears(b">>> ")
        reached(lambda: b"enough" in asked(somebody, b"'enough' if fed[0] > 120 else 'more'"), "a timer that feeds")
        assert somebody.starts == 1
        somebody.types(b"timer.deinit()\r")
        assert b"watchdog" in somebody.hears(b"because 3\r\n")  # it bites in real time, whatever the program does
        assert somebody.starts == 2


def asked(somebody: Somebody, expression: bytes) -> bytes:
    somebody.types(expression + b"\r")
    return somebody.hears(b">>> ")


def test_what_was_stored_outlives_resets_and_the_virtual_chip_itself(tmp_path: Path) -> None:
    main = b"""
import esp32
nvs = esp32.NVS("diya")
high = bytearray(8)
nvs.get_blob("highWater", high)
n = int.from_bytes(high, "little")
with open("diary", "a") as file:
    file.write("%d " % n)
print(n, open("diary").read())
nvs.set_blob("highWater", (n + 1).to_bytes(8, "little"))
nvs.commit()
data = esp32.Partition.find(esp32.Partition.TYPE_DATA, label="data")[0]
first = bytearray(4)
data.readblocks(0, first, 0)
print(first, data.info()[4:])
data.writeblocks(0, b"kept", 0)
"""
    path = tmp_path / "flash.bin"
    with flashed({"main.py": main}, path=path) as flash, Somebody(flash) as somebody:
        somebody.hears(b"0 0 \r\nbytearray(b'\\xff\\xff\\xff\\xff') ('data', False)\r\n")
        somebody.hears(b">>> ")
        somebody.types(b"import machine\rmachine.reset()\r")
        somebody.hears(b"1 0 1 \r\nbytearray(b'kept') ('data', False)\r\n")
        somebody.hears(b">>> ")
    with FlashFile(path, 4 << 20) as flash, Somebody(flash) as somebody:
        somebody.hears(b"2 0 1 2 \r\n")


def test_a_chip_without_files_makes_a_file_system_and_waits_at_its_prompt() -> None:
    with Somebody(flashed(None)) as somebody:
        somebody.hears(b"Performing initial setup\r\n")
        somebody.hears(b">>> ")
        assert b"['boot.py']" in asked(somebody, b"__import__('os').listdir()")


def test_a_damaged_file_system_keeps_micropython_from_ever_reaching_boot_py() -> None:
    flash = flashed({"boot.py": b"print('never')"})
    vfs = partitions.layout(4)["vfs"]
    for block in range(2):
        flash.program(vfs.offset + block * 4096, bytes(64))
    with Somebody(flash) as somebody:
        somebody.hears(b"is damaged: erase it, and flash this chip again.\r\n")
        assert b"never" not in somebody.said
        assert somebody.life.light_percent() == 100


def test_what_cannot_be_started_is_said_again_and_again() -> None:
    flash = flashed({})
    flash.program(partitions.first_app(partitions.layout(4)).offset + 5000, bytes(16))
    with Somebody(flash) as somebody:
        somebody.hears(b"E (boot): the app in factory is damaged: ")
        somebody.hears(b"E (boot): the app in factory is damaged: ")
        assert somebody.starts > 1


@pytest.mark.parametrize("chip", ["esp32", "esp32s3", "esp32c3"])
def test_the_lamp_is_on_the_pins_of_the_flashed_board_and_every_change_is_noted(chip: str) -> None:
    boot = b"""
import json, machine
board = json.load(open("board.json"))
relay = machine.Pin(board["relay"]["pin"], machine.Pin.OUT, value=board["relay"]["closed"])
dimmer = machine.PWM(board["dimmer"]["pin"], freq=1000, duty_u16=0)
try:
    machine.Pin(30)
    print("wrong")
except ValueError:
    print("right")
"""
    with Somebody(flashed({"boot.py": boot}, chip)) as somebody:
        somebody.hears(b"right\r\n")
        somebody.hears(b">>> ")
        assert [percent for _when, percent in somebody.life.light_log] == [100.0]
        asked(somebody, b"dimmer.duty_u16(32768)")
        reached(lambda: 40 < somebody.life.light_percent() < 60, "half the light")
        somebody.types(b"\x04")  # a soft reset drives PWM to 0, which on this board is full light
        reached(lambda: somebody.life.light_percent() == 100, "full light")
        somebody.hears(b">>> ")
        asked(somebody, b"relay.value(1 - relay.value())")
        reached(lambda: somebody.life.light_percent() == 0, "no light")
        somebody.life.stop()  # in reset, the board alone lights the lamp
        reached(lambda: somebody.life.light_percent() == 100, "light again")
        assert somebody.life.light_log == sorted(somebody.life.light_log)


def test_the_radio_joins_and_sockets_reach_the_real_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        main = f"""
import asyncio, network
radio = network.WLAN(network.STA_IF)
radio.active(True)
radio.connect("city", "lamplight")
async def talk():
    while not radio.isconnected():
        await asyncio.sleep_ms(50)
    reader, writer = await asyncio.open_connection("localhost", {port})
    writer.write(b"hello")
    await writer.drain()
    print(await reader.readexactly(5), radio.status("rssi") < 0, len(radio.ifconfig()[0]) > 7)
asyncio.run(talk())
"""
        with Somebody(flashed({"main.py": main.encode()})) as somebody:
            server.settimeout(PATIENCE_S)
            pole, _ = server.accept()
            with pole:
                assert pole.recv(5) == b"hello"
                pole.sendall(b"world")
                somebody.hears(b"b'world' True True\r\n")


def test_nothing_happens_after_the_power_is_gone() -> None:
    life = Life()
    flash = flashed({"main.py": b"print('on')\nwhile True:\n  f = open('x', 'w')\n  f.write('x')\n  f.close()\n"})
    heard: list[bytes] = []
    life.start(flash, 1, heard.append, lambda: None)
    reached(lambda: b"on" in b"".join(heard), "a start")
    life.stop()
    before = flash.read(0, flash.size)
    life.close()
    assert flash.read(0, flash.size) == before
    flash.close()
