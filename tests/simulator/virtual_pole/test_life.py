"""What was flashed runs on the real MicroPython: its prompts, its resets, its watchdog, its lamp."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from host_tools.field.images import partitions
from simulator.virtual_pole.firmware_run import Life, pole
from simulator.virtual_pole.flash_file import FlashFile
from tests.patience import PATIENCE_S
from tests.simulator.virtual_pole.flashed import RAW, Technician, flashed, reached


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
    with Technician(
        flashed({"boot.py": b"print('boot.py', __name__)\nfound = 6\n", "main.py": FOR_EVER})
    ) as technician:
        assert technician.hears(b"at work\r\n") == b"boot.py __main__\r\nat work\r\n"
        technician.types(b"\x03")
        assert b"left\r\nMicroPython v1.24.1" in technician.hears(b">>> ")
        technician.types(b"found * 7\r")
        assert technician.hears(b">>> ") == b"found * 7\r\n42\r\n>>> "
        technician.types(b"for i in (1,\r2):\r  print(i)x\x7f\r\r")
        assert technician.hears(b">>> ").endswith(b"1\r\n2\r\n>>> ")
        technician.types(b"1 / 0\r")
        assert technician.hears(b">>> ").endswith(
            b'Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\n'
            b"ZeroDivisionError: divide by zero\r\n>>> "
        )
        technician.types(b"\x05if 1:\r  print('pas' + 'ted')\r\x04")
        technician.hears(b"pasted\r\n>>> ")
        technician.types(b"\x04")  # Ctrl-D: MicroPython starts again, the chip does not
        heard = technician.hears(b"at work\r\n")
        assert heard.endswith(b"MPY: soft reboot\r\nboot.py __main__\r\nat work\r\n")
        assert technician.starts == 1


def test_a_program_speaks_with_the_raw_prompt_and_its_soft_reset_skips_main_py() -> None:
    boot = b"import machine\nprint('because', machine.reset_cause())\n"
    with Technician(flashed({"boot.py": boot, "main.py": FOR_EVER})) as technician:
        technician.hears(b"because 1\r\nat work\r\n")
        technician.types(b"\r\x03\r\x01")
        technician.hears(RAW)
        assert technician.runs(b"print(1 + 1)") == b"2\r\n!"
        assert b"NameError" in technician.runs(b"print(nothing)")
        technician.types(b"\x05A\x01")
        technician.hears(b"R\x01\x80\x00\x01")
        program = b"print(len('" + b"x" * 500 + b"'))"
        for at in range(0, len(program), 128):
            technician.types(program[at : at + 128])
            if len(program) - at >= 128:
                technician.hears(b"\x01")
        technician.types(b"\x04")
        assert technician.hears(b"\x04>") == b"\x04500\r\n\x04\x04>"
        technician.types(b"while True: pass\x04")
        technician.hears(b"OK")
        technician.types(b"\x03")
        assert b"KeyboardInterrupt" in technician.hears(b"\x04>")
        technician.types(b"\x04")
        assert technician.hears(RAW) == b"OK\r\nMPY: soft reboot\r\nbecause 5\r\n" + RAW
        technician.types(b"import machine; machine.reset()\x04")
        technician.hears(b"because 2\r\nat work\r\n")
        assert technician.starts == 2


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
    with Technician(flashed({"boot.py": boot})) as technician:
        technician.hears(b">>> ")
        reached(lambda: b"enough" in asked(technician, b"'enough' if fed[0] > 120 else 'more'"), "a timer that feeds")
        assert technician.starts == 1
        technician.types(b"timer.deinit()\r")
        assert b"watchdog" in technician.hears(b"because 3\r\n")  # it resets in real time, in any state of the program
        assert technician.starts == 2


def asked(technician: Technician, expression: bytes) -> bytes:
    technician.types(expression + b"\r")
    return technician.hears(b">>> ")


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
    with flashed({"main.py": main}, path=path) as flash, Technician(flash) as technician:
        technician.hears(b"0 0 \r\nbytearray(b'\\xff\\xff\\xff\\xff') ('data', False)\r\n")
        technician.hears(b">>> ")
        technician.types(b"import machine\rmachine.reset()\r")
        technician.hears(b"1 0 1 \r\nbytearray(b'kept') ('data', False)\r\n")
        technician.hears(b">>> ")
    with FlashFile(path, 4 << 20) as flash, Technician(flash) as technician:
        technician.hears(b"2 0 1 2 \r\n")


def test_a_chip_without_files_makes_a_file_system_and_waits_at_its_prompt() -> None:
    with Technician(flashed(None)) as technician:
        technician.hears(b"Performing initial setup\r\n")
        technician.hears(b">>> ")
        assert b"['boot.py']" in asked(technician, b"__import__('os').listdir()")


def test_a_damaged_file_system_keeps_micropython_from_ever_reaching_boot_py() -> None:
    flash = flashed({"boot.py": b"print('never')"})
    vfs = partitions.layout(4)["vfs"]
    for block in range(2):
        flash.program(vfs.offset + block * 4096, bytes(64))
    with Technician(flash) as technician:
        technician.hears(b"is damaged: erase it, and flash this chip again.\r\n")
        assert b"never" not in technician.said
        assert technician.life.light_percent() == 100


def test_what_cannot_be_started_is_said_again_and_again() -> None:
    flash = flashed({})
    flash.program(partitions.first_app(partitions.layout(4)).offset + 5000, bytes(16))
    with Technician(flash) as technician:
        technician.hears(b"E (boot): the app in factory is damaged: ")
        technician.hears(b"E (boot): the app in factory is damaged: ")
        assert technician.starts > 1


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
    with Technician(flashed({"boot.py": boot}, chip)) as technician:
        technician.hears(b"right\r\n")
        technician.hears(b">>> ")
        assert [percent for _when, percent in technician.life.light_log] == [100.0]
        asked(technician, b"dimmer.duty_u16(32768)")
        reached(lambda: 40 < technician.life.light_percent() < 60, "half the light")
        technician.types(b"\x04")  # a soft reset drives PWM to 0, which on this board is full light
        reached(lambda: technician.life.light_percent() == 100, "full light")
        technician.hears(b">>> ")
        asked(technician, b"relay.value(1 - relay.value())")
        reached(lambda: technician.life.light_percent() == 0, "no light")
        technician.life.stop()  # in reset, the board alone lights the lamp
        reached(lambda: technician.life.light_percent() == 100, "light again")
        assert technician.life.light_log == sorted(technician.life.light_log)


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
        with Technician(flashed({"main.py": main.encode()})) as technician:
            server.settimeout(PATIENCE_S)
            pole, _ = server.accept()
            with pole:
                assert pole.recv(5) == b"hello"
                pole.sendall(b"world")
                technician.hears(b"b'world' True True\r\n")


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


def test_micropython_is_exchanged_tried_and_kept_only_when_it_has_proved_itself() -> None:
    other = partitions.layout(8)["ota_1"]
    said = "print([Partition(one).info()[4] for one in (Partition.RUNNING, Partition.BOOT)])"
    with Technician(flashed({"boot.py": b"from esp32 import Partition\nprint('up')\n"}, "esp32s3")) as technician:

        def repl() -> None:
            technician.hears(b"up\r\n")
            technician.types(b"\r\x03\r\x01")
            technician.hears(RAW)

        def again() -> None:
            technician.types(b"import machine; machine.reset()\x04")
            repl()

        repl()
        assert technician.runs(said.encode()) == b"['ota_0', 'ota_0']\r\n!"
        assert b"ESP_ERR_OTA_VALIDATE_FAILED" in technician.runs(b"Partition('ota_1').set_boot()")
        technician.runs(
            b"old, new = Partition(Partition.RUNNING), Partition(Partition.RUNNING).get_next_update()\n"
            b"block = bytearray(4096)\n"
            b"for at in range(32):\n"
            b"    old.readblocks(at, block)\n"
            b"    new.writeblocks(at, block)\n"
            b"new.set_boot()"
        )
        assert technician.flash.read(other.offset, 1) == b"\xe9"
        assert technician.runs(said.encode()) == b"['ota_0', 'ota_1']\r\n!"
        again()
        assert technician.runs(said.encode()) == b"['ota_1', 'ota_1']\r\n!"
        again()  # it did not say that it is good
        assert technician.runs(said.encode()) == b"['ota_0', 'ota_0']\r\n!"
        technician.runs(b"Partition('ota_1').set_boot()")
        again()
        technician.runs(b"Partition.mark_app_valid_cancel_rollback()")
        again()
        assert technician.runs(said.encode()) == b"['ota_1', 'ota_1']\r\n!"


def test_a_board_with_one_app_has_no_other_to_write_it_to() -> None:
    with Technician(flashed({"boot.py": b"from esp32 import Partition\nprint('up')\n"})) as technician:
        technician.hears(b"up\r\n")
        technician.types(b"\r\x03\r\x01")
        technician.hears(RAW)
        assert technician.runs(b"print(Partition(Partition.RUNNING).info()[4])") == b"factory\r\n!"
        assert b"OSError" in technician.runs(b"Partition(Partition.RUNNING).get_next_update()")
        assert b"ESP_ERR_NOT_FOUND" in technician.runs(b"Partition.mark_app_valid_cancel_rollback()")
