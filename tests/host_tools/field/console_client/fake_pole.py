"""A pole at the end of a line, without the line: the service task's answers over the simulator's plant.

Time is the pole's own and passes only while the port is read, so a test of minutes takes no time.  What the real
firmware answers is tested with the real firmware.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from host_tools.site.model import Luminaire
from pole.lighting.lamp import Lamp
from simulator.plant.pole import PolePlant
from tests.simulator.small_site import LED_90, NOON, plant, run_time

PARTS = ("relay", "dimmer", "meter", "rtc", "photocell", "accelerometer", "door", "leakage", "gear")
EVENING = datetime(2026, 11, 24, 20)


class FakePole:
    """A port.  *start* is local time in Sagar; the calendar asks for *scheduled* percent all the time."""

    def __init__(
        self,
        start: datetime = EVENING,
        scheduled: int = 100,
        parts: tuple[str, ...] = PARTS,
        kind: Luminaire = LED_90,
    ) -> None:
        self.plant: PolePlant = plant(kind=kind, start=start)
        self.time = run_time(start)
        self.ms = 0
        self.scheduled = scheduled
        self.parts = parts
        self.clock = "synced"
        self.clock_error_s = 0
        self.online = True
        self.rssi: int | None = -61
        self.ping_ms: int | None = 40
        self.upright: tuple[int, int, int] | None = None
        self.curve: list[list[int]] = []
        self.deaf = False  # the driver obeys nothing
        self.stuck_shut = False  # the relay's contact
        self.events: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []
        self.lights: list[tuple[int, float]] = []  # (ms, light 0 to 1) at each change
        self.spoil: Callable[[bytes], bytes] = lambda data: data  # what the line does to what goes to the pole ...
        self.spoil_back: Callable[[bytes], bytes] = lambda data: data  # ... and to what comes from it
        self.gone = False
        self.closed = False
        self._lamp = Lamp(10, 10, [])
        self._lamp.aim(scheduled, 0, 0)
        self._held: dict[str, Any] | None = None
        self._out = b""
        self._half = b""
        self._step()
        self.ms = 3_600_000  # it has burnt for an hour
        self._step()

    # -- a port

    @property
    def in_waiting(self) -> int:
        self._check()
        return len(self._out)

    def read(self, size: int = 1) -> bytes:
        self._check()
        if size and not self._out:
            self.pass_ms(50)
        data, self._out = self._out[:size], self._out[size:]
        return data

    def write(self, data: bytes) -> int:
        self._check()
        *lines, self._half = (self._half + self.spoil(data)).split(b"\n")
        for line in lines:
            if line.strip():
                self.say(json.dumps(self._answer(line), separators=(",", ":")))
        return len(data)

    def close(self) -> None:
        self.closed = True

    def _check(self) -> None:
        if self.gone:
            raise OSError(5, "Input/output error")

    # -- the pole

    def monotonic(self) -> float:
        return self.ms / 1000

    def say(self, line: str) -> None:
        """The pole prints *line*."""
        self._out += self.spoil_back(line.encode() + b"\r\n")

    def unix(self) -> int:
        """The true time."""
        return self.time.unix(self.ms)

    def pass_ms(self, milliseconds: int) -> None:
        for _ in range(0, milliseconds, 50):
            self.ms += 50
            self._step()

    def _step(self) -> None:
        if self._held and self.ms >= self._held["end"]:
            self._held = None
        level = self._held["level"] if self._held else self.scheduled
        self._lamp.aim(level, self._held["ramp"] if self._held else 2, self.ms & 0x3FFFFFFF)
        self._lamp.step(self.ms & 0x3FFFFFFF, 0)
        dim = 1.0 if self.deaf else self._lamp.dim / 10000
        self.plant.set_outputs(self._lamp.relay or self.stuck_shut, dim, self.ms)
        light = self.plant.light(self.ms)
        if not self.lights or self.lights[-1][1] != light:
            self.lights.append((self.ms, light))

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            number, do = asked["id"], asked["do"]
        except (ValueError, KeyError, TypeError):
            return {"id": 0, "ok": False, "error": "the line is no request"}
        self.requests.append(asked)
        try:
            answer = getattr(self, "_do_" + do)(asked)
        except (AttributeError, KeyError, TypeError) as error:
            answer = f"the request cannot be done ({error})"
        return {"id": number, "ok": False, "error": answer} if isinstance(answer, str) else {
            "id": number, "ok": True, **answer
        }  # fmt: skip

    def _unix(self) -> int | None:
        return None if self.clock == "unknown" else self.unix() + self.clock_error_s

    def _until(self) -> int | None:
        now = self._unix()
        return None if now is None or self._held is None else now + (self._held["end"] - self.ms) // 1000

    def _do_status(self, asked: dict[str, Any]) -> dict[str, Any]:
        held = self._held
        return {
            "site": "town", "pole": "P0001", "board": "virtual", "firmware": "0.5.0", "configVersion": 1,
            "bootCount": 3, "resetCause": "powerOn", "uptime": self.ms // 1000, "problem": "",
            "unix": self._unix(), "clock": self.clock,
            "level": self._lamp.level, "target": self._lamp.target, "reason": held["reason"] if held else "all night",
            "owner": "local" if held else "calendar", "until": self._until(), "online": self.online,
            "address": "10.0.0.7",
            "rssi": self.rssi, "heap": 51200, "held": int(held is not None), "faults": [],
            "events": ["5eed", 1, len(self.events) + 1],
        }  # fmt: skip

    def _do_read(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.pass_ms(100)
        sense = self.plant.sense(self.ms)
        out: dict[str, Any] = {
            "relay": self._lamp.relay, "dim": self._lamp.dim / 100, "capabilities": list(self.parts),
            "supplyVoltage": None, "supplyCurrent": None, "activePower": None, "powerFactor": None,
            "activeEnergy": None, "temperature": None, "lux": None, "acceleration": None, "door": None,
            "leakage": None, "gear": None, "rtc": None,
        }  # fmt: skip
        if "meter" in self.parts:
            out.update(
                supplyVoltage=round(sense.voltage_v, 2), supplyCurrent=round(sense.current_a, 3),
                activePower=round(sense.power_w, 3), powerFactor=round(sense.power_factor, 3), activeEnergy=1.25,
            )  # fmt: skip
        if "rtc" in self.parts:
            out.update(temperature=round(sense.temperature_c, 1), rtc=self._unix())
        if "photocell" in self.parts:
            out["lux"] = round(min(sense.lux, 1000))
        if "accelerometer" in self.parts:
            out["acceleration"] = [round(1000 * g) for g in sense.acceleration_g]
        if "door" in self.parts:
            out["door"] = sense.door_open
        if "leakage" in self.parts:
            out["leakage"] = round(1000 * sense.leakage_a)
        if "gear" in self.parts:
            out["gear"] = sense.gear_answers
        return out

    def _do_set(self, asked: dict[str, Any]) -> dict[str, Any] | str:
        if not 0 <= asked["level"] <= 100:
            return f"the level is {asked['level']} and must be 0 to 100"
        self._held = {
            "level": asked["level"], "ramp": asked["ramp"], "reason": asked["reason"],
            "end": self.ms + 1000 * asked["for"],
        }  # fmt: skip
        return {"level": asked["level"], "until": self._until()}

    def _do_release(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._held = None
        return {}

    def _do_time(self, asked: dict[str, Any]) -> dict[str, Any]:
        was = self._unix()
        self.clock, self.clock_error_s = "synced", asked["unix"] - self.unix()
        return {"unix": self._unix(), "was": was}

    def _do_journal(self, asked: dict[str, Any]) -> dict[str, Any]:
        first = max(asked["from"], 1)
        event = self.events[first - 1] if first <= len(self.events) else None
        return {"sequence": first, "event": event, "epoch": "5eed", "first": 1, "next": len(self.events) + 1}

    def _do_ping(self, asked: dict[str, Any]) -> dict[str, Any] | str:
        return "the pole is not connected to the broker" if self.ping_ms is None else {"ms": self.ping_ms}

    def _do_curve(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.curve = [*self.curve[: asked["at"]], asked["point"]]
        return {}

    def _do_tilt(self, asked: dict[str, Any]) -> dict[str, Any] | str:
        if "accelerometer" not in self.parts:
            return "the board has no accelerometer"
        x, y, z = (round(1000 * g) for g in self.plant.acceleration_g(self.ms))
        self.upright = (x, y, z)
        return {"acceleration": [x, y, z]}


__all__ = ["EVENING", "NOON", "FakePole"]
