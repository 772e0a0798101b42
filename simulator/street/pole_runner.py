"""One pole of the street: a chip, its sockets, and the run of its firmware between power-on and reset."""

from __future__ import annotations

import errno
from collections import Counter
from functools import partial
from pathlib import Path

from simulator.device_modules import hostops, ops
from simulator.engines.engine import Engine, PoleDied, PoleReset, Runner
from simulator.hardware.chip import PWRON_RESET, WDT_RESET, Chip
from simulator.hardware.dram import HANDSHAKE_MS
from simulator.kernel import Kernel
from simulator.network.endpoint import Network, Sockets
from simulator.street.troubles import Troubles

CRASHED = "diya: the app ended"  # what main.py prints then
MILLION = 1_000_000
LOOK_UP_MS = 7000  # that lwIP waits for a name server which does not answer, and all of MicroPython with it (measured)
_TLS = frozenset((ops.TLS_OPEN, ops.TLS_CLOSE))
_RESOLVE = hostops.RESOLVE
BOOT_MS = 800  # from power-on to boot.py: ROM, second-stage loader and MicroPython's own start on an ESP32


class VirtualPole:
    """A pole in the kernel's time.  It is stepped when it asked to be, or when a socket has something for it."""

    def __init__(self, kernel: Kernel, name: str, folder: Path, engine: Engine, chip: Chip, network: Network) -> None:
        self.name = name
        self.folder = folder
        self.chip = chip
        self.flash = chip.flash
        self.loud = False  # see Hardware
        self._operations = chip.operations
        chip.on_reset = self._reset
        self.resets: Counter[str] = Counter()
        self.failures: list[str] = []
        self.steps = 0
        self.heap_peak = 0
        self.heap_live: list[int] = []
        self.powered = False
        self._kernel = kernel
        self._engine = engine
        self._runner: Runner | None = None
        self._sockets = Sockets(name, network, self.poke)
        self._ticks = 0  # of this life, at _ticked_ms; from there they run fast by _drift_ppm
        self._ticked_ms = 0
        self._drift_ppm = 0
        self._outage: object | None = None  # while the pole runs on stored energy
        self._life = 0  # of which power-on the events in the queue speak
        self._plan = 0  # of which step
        self._watched_life = -1  # the life whose watchdog has an event in the queue
        self._read = 0  # characters of the console
        self._stalled_ms = 0  # until then the chip does nothing else: a look-up or a handshake blocks it
        self._shaking: int | None = None  # the socket on which a handshake has begun
        self.stalls: list[tuple[int, int]] = []  # (ms of the run, for how many)
        self.names_served = True  # a name server answers
        self.troubles = Troubles(lambda: kernel.now_ms)

    def handle(self, op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        """One call of the firmware."""
        if self.troubles.raising:
            self.troubles.refuse(op, a, b)
        if op < _RESOLVE:
            if op in _TLS:
                self._shaking = a if op == ops.TLS_OPEN else None
            return self._operations[op](a, b, data)
        if op == _RESOLVE and not self.names_served and not data.replace(b".", b"").isdigit():
            self._stall(LOOK_UP_MS)
            return -errno.EHOSTUNREACH, b""
        answer = self._sockets.handle(op, a, b, data)
        if op == hostops.RECV and a == self._shaking and answer[0] > 0:  # the broker's share of the handshake
            self._shaking = None
            self._stall(HANDSHAKE_MS)
        return answer

    def _stall(self, ms: int) -> None:
        """What was called takes the chip *ms* in which it does nothing else; the firmware goes on after them."""
        self._stalled_ms = self._kernel.now_ms + ms
        self.stalls.append((self._kernel.now_ms, ms))

    def power_on(self) -> None:
        """Mains is back: the firmware starts after the boot time, or runs on where the stored energy lasted."""
        self._outage = None
        if not self.powered:
            self.powered = True
            self._restart(PWRON_RESET)

    def power_off(self, hold_up_ms: int = 0) -> None:
        """Mains is gone; *hold_up_ms* later the pole loses power, in any state, unless mains is back."""
        if self.powered and hold_up_ms:
            if self._outage is None:
                outage = self._outage = object()
                self._kernel.after(hold_up_ms, lambda: self._give_out(outage))
        elif self.powered:
            self.powered = False
            self._outage = None
            self._end()
            self.chip.gpio.release()

    def _give_out(self, outage: object) -> None:
        if outage is self._outage:
            self.power_off()

    def close(self) -> None:
        """The end of the run."""
        self._end()

    def poke(self) -> None:
        """A socket may have something: if the firmware waits for it, it is stepped now."""
        self._sockets.quiet = False
        if self._runner and self._sockets.ready():
            self._schedule(self._kernel.now_ms)

    def type(self, data: bytes) -> None:
        """Types *data* on the pole's console; without power it is lost."""
        if self._runner:
            self._runner.type(data)
            self._schedule(self._kernel.now_ms)

    @property
    def printed(self) -> str:
        """All that the console has printed since the run began."""
        console = self.folder / "console.log"
        return console.read_text(errors="replace") if console.exists() else ""

    def drift(self, ppm: int) -> None:
        """From now on the crystal is *ppm* parts in a million fast: the firmware's milliseconds are that much shorter.

        A wait that has begun ends when it would have.
        """
        now = self._kernel.now_ms
        self._ticks, self._ticked_ms = self._ticks_at(now), now
        self._drift_ppm = ppm

    def _ticks_at(self, now_ms: int) -> int:
        """What the firmware's own milliseconds say at *now_ms*."""
        return self._ticks + (now_ms - self._ticked_ms) * (MILLION + self._drift_ppm) // MILLION

    def _ms_of(self, ticks: int) -> int:
        """First millisecond of the run at which the firmware's own say *ticks*."""
        return self._ticked_ms - (self._ticks - ticks) * MILLION // (MILLION + self._drift_ppm)

    def _reset(self, cause: int) -> None:
        raise PoleReset(cause)

    def _restart(self, cause: int) -> None:
        self.resets[{PWRON_RESET: "powerOn", WDT_RESET: "watchdog"}.get(cause, "reset")] += 1
        self._end()
        self.chip.power_on(cause)
        life = self._life
        self._kernel.after(BOOT_MS, lambda: self._boot(life))

    def _end(self) -> None:
        self._life += 1
        self._plan += 1
        self._stalled_ms = 0
        runner, self._runner = self._runner, None
        if runner:
            self._measure(runner)
            runner.kill()
        self._sockets.vanish()

    def _boot(self, life: int) -> None:
        if life == self._life:
            self._ticks, self._ticked_ms = 0, self._kernel.now_ms
            self._runner = self._engine.start(self)
            self._schedule(self._kernel.now_ms)

    def _schedule(self, ms: int) -> None:
        self._plan += 1
        plan = self._plan
        self._kernel.at(ms if ms > self._stalled_ms else self._stalled_ms, partial(self._step, plan))

    def _step(self, plan: int) -> None:
        runner = self._runner
        if plan != self._plan or runner is None:
            return
        self.steps += 1
        now = self._kernel.now_ms
        sockets = self._sockets
        try:
            ticks = self._ticks_at(now) if self._drift_ppm else self._ticks + now - self._ticked_ms
            wait = runner.step(ticks, sockets.ready())
            if not self.chip.dram.running:
                self.chip.dram.waits()
        except PoleReset as reset:
            self._notice_crash()
            self._restart(reset.cause)
        except PoleDied as death:
            # nothing feeds the watchdog now; without one armed the pole stays as it is
            self.failures.append(str(death))
            self._plan += 1
        else:
            if sockets.ready():  # it took a part of what has come in, and waits for the rest
                self._schedule(now)
            elif wait >= 0:
                self._schedule(self._ms_of(ticks + wait) if self._drift_ppm else now + wait)
            if self.steps % 64 == 0:
                self._measure(runner)
        if self._watched_life != self._life:
            self._watch()

    def _notice_crash(self) -> None:
        """Record as a failure a reset that main.py asked for because the app ended, with the console's last output."""
        console = self.folder / "console.log"
        if console.exists():
            said = console.read_text(errors="replace")[self._read :]
            self._read += len(said)
            if CRASHED in said:
                self.failures.append(said[said.index(CRASHED) :].strip())

    def _measure(self, runner: Runner) -> None:
        heap = runner.heap()
        if heap:
            peak, live = heap
            self.heap_peak = max(self.heap_peak, peak)
            if not self.heap_live or self.heap_live[-1] != live:
                self.heap_live.append(live)

    def _watch(self) -> None:
        """Keeps one event in the queue for the moment at which the watchdog would reset the chip."""
        deadline = self.chip.watchdog.deadline
        if deadline is not None:
            self._watched_life = life = self._life
            self._kernel.at(deadline, lambda: self._bite(life))

    def _bite(self, life: int) -> None:
        deadline = self.chip.watchdog.deadline
        if life != self._life or deadline is None:
            return
        if self.chip.watchdog.expired(self._kernel.now_ms):
            self.failures.append("the watchdog was not fed")
            self._restart(WDT_RESET)
        else:
            self._kernel.at(deadline, lambda: self._bite(life))
