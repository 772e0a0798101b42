"""Builds the pole from its parts: the one file that imports all the others.

It is only needed at the start, so main.py unloads it when the control task has its parts.
"""

import sys
from gc import collect

from pole import const
from pole.commands.handler import Commanding
from pole.control import KEEPING, Control
from pole.drivers.sampling import Senses, now_by
from pole.inbox import Inbox
from pole.lighting.arbiter import Arbiter
from pole.lighting.lamp import Lamp
from pole.lighting.timetable import RULES, WORKING_OUT, Timetable
from pole.link.addresses import Addresses
from pole.link.outbox import Outbox, Queue
from pole.link.session import Session, asking
from pole.reporting.counters import Counters
from pole.reporting.journal import Journal
from pole.reporting.reporter import Reporter
from pole.runtime import aio
from pole.runtime.lcg import Lcg
from pole.runtime.transient import unload
from pole.service.laptop import Laptop
from pole.settings.trial import Configuring
from pole.timekeeping.clock import Clock
from pole.timekeeping.network_time import NetworkTime
from pole.update.updating import Updating

FIRMWARE = "0.1.0"
EARLY_DEATHS = 4  # in a row, and the pole starts in safe mode
_STABLE_AFTER_MS = const(600000)  # a start that runs for 10 min is not counted as an early reset
_SAFE_MS = const(3600000)  # in safe mode, until a full start is tried again


class Parts:
    """The parts of one pole, by name, and what they leave for each other.

    *ports* is all its hardware (drivers/board.py), *settings* come from *origin* and stand as *standing* says
    (settings/at_start.py), *past* are the early resets before this start and the last words
    (drivers/chip/early_resets.py).

    ``dusk`` is lighting/photocell's, None without one; ``calendar`` lighting/timetable's; ``journal`` the outbox's
    queue; ``laptop`` None without a console; ``watch`` and ``counters`` are None in safe mode, or where they cannot be
    made.  ``make_room()`` is called before what takes memory is loaded.

    ``decision``: the arbiter's last; ``unsure``: why the photocell puts no lamp out, "" where it may; ``news``: events
    as ``Reporter.event`` takes them after the time, until reporting/occasions.py tells them; ``missing``: (epoch,
    first, last) of events that were asked for and are not there; ``disputed``: that the witnesses of the time disagree
    is told; ``startup_deadline``: ticks when early resets are forgotten, or safe mode ends; None once that is done;
    ``safe``: safe mode is not told to have ended; ``update_at``: ticks when something is due of an update
    (update/advance.py), None when nothing is, and ``update``: what that keeps.
    """

    def __init__(self, ports, settings, origin, standing, past):
        ticks = aio.ticks_ms()
        self.ports = ports
        self.settings = settings
        self.failures = failures = ports.failures
        chip, store = ports.chip, ports.store
        if store.size("failed.json"):
            from pole.reporting import part_failures

            part_failures.restore(failures, store)
            unload("pole.reporting.part_failures")
        boots = chip.count_boot(failures)
        self.random = random = Lcg(int(chip.identity(failures), 16) + boots)
        self.inbox = inbox = Inbox(failures)
        self.safe = safe = past[0] >= EARLY_DEATHS
        counters = None if safe else _made(failures, "counters", lambda: Counters(store, ports.meter, Lcg(boots)))
        self.counters = counters
        known = max(settings["clock.floor"], counters.known if counters else 0)
        self.clock = clock = Clock(ports.rtc, known, settings["clock.drift"], settings["clock.maximumError"], False)
        _made(failures, "rtc", lambda: clock.start(ticks))
        if ports.rtc:
            failures.look("rtc", ports.rtc)
        self.arbiter = Arbiter()
        clo = () if safe else settings["lamp.constantLightOutput"]
        self.lamp = Lamp(settings["lamp.minimumLevel"], settings["lamp.minimumOff"], clo)
        self.dusk = _dusk(settings) if ports.photocell and settings["pole"] != "unknown" else None
        journal = None
        if not safe:
            journal = _made(failures, "journal", lambda: Journal(store, ports.nonce, now_by(clock)))
        self.journal = journal = journal or Queue()
        self.outbox = outbox = Outbox(aio.ticks_ms, journal)
        cause = chip.reset_cause(failures)
        identity = _identity(ports, settings, origin, standing, safe, cause, boots)
        nonce = ""
        if settings["keys"]:  # without (a bench) nothing is signed
            from pole.security.flash_nonce import flash_nonce

            nonce = identity["flashNonce"] = flash_nonce(store, ports.high_water, ports.nonce)
            unload("pole.security.flash_nonce")
        watch = None
        if not safe:
            watch = _made(failures, "detectors", lambda: _watch(settings, store, counters.on_seconds // 3600))
            unload(*KEEPING)
        self.watch = watch
        for name in ("luminaire", "lamp.technology", "lamp.driver"):
            del settings[name]
        self.make_room = clock.make_room = make_room = watch.rest if watch else collect
        self.calendar = Timetable(settings, None if safe else make_room)
        for name in RULES:
            del settings[name]
        self.addresses = addresses = Addresses(ports.net, aio.ticks_ms)
        self.network_time = times = NetworkTime(
            ports.net, ports.radio, settings, random, ports.nonce, inbox.answered, addresses, asking(self), inbox.heard,
            make_room,
        )  # fmt: skip
        self.session = session = Session(
            ports.net, ports.radio, settings, outbox, aio.ticks_ms, random, times.heard, inbox.online, ports.factory,
            clock.believed, addresses,
        )  # fmt: skip
        session.make_room = make_room
        first_report_ms = random.below(settings["meter.interval"] * 1000)
        self.senses = Senses(ports, ticks)
        self.commanding = Commanding(settings, store, ports.high_water, self.arbiter, clock, journal, nonce)
        self.updating = Updating(store.size("update.json") > 0, ticks)
        self.configuring = Configuring(settings, store, standing, ticks, nonce)
        self.reporter = Reporter(outbox, settings, identity, ticks, first_report_ms)
        self.laptop = Laptop(ports.console, inbox.wake) if ports.console else None
        self.news = _news(cause, boots, counters.known if counters else 0, past, safe, ports)
        self.startup_deadline = aio.ticks_add(ticks, _STABLE_AFTER_MS if watch else _SAFE_MS)
        self.decision = self.missing = None
        self.unsure = ""
        self.update = None
        self.update_at = ticks if store.size("app.json") else None
        self.disputed = False


def build(ports, settings, origin, standing, past):
    """The Control of one pole; the arguments are those of ``Parts``.

    After too many early resets it starts in safe mode: lamp by a photocell that sun or dawn confirm, or on, link and
    commands.  Calendar, meter, counters and journal may be the cause of the resets and stay off.
    """
    parts = Parts(ports, settings, origin, standing, past)
    control = Control(parts)
    made(control, parts, parts.senses, parts.outbox, parts.session, ports, parts.journal.segments)
    return control


def _dusk(settings):
    """The photocell's judge of dusk.  A pole without any configuration has none, and is lit by day, too."""
    from pole.lighting.daylight import nights
    from pole.lighting.photocell import Photocell

    shortest, longest = nights(settings["latitude"])
    unload(*WORKING_OUT)
    return Photocell(
        settings["photocell.on"], settings["photocell.off"], settings["photocell.delay"], shortest, longest
    )


def _identity(ports, settings, origin, standing, safe, cause, boots):
    """What ``birth`` says of the pole."""
    return {
        "site": settings["site"],
        "pole": settings["pole"],
        "groups": list(settings["groups"]),
        "board": ports.board,
        "firmware": FIRMWARE,
        "configVersion": settings["version"],
        "configHash": standing[0],
        "configOrigin": origin,
        "capabilities": ports.capabilities,
        "resetCause": cause,
        "bootCount": boots,
        "safeMode": safe,
        "app": {
            "slot": ports.slot, "version": FIRMWARE, "probation": False, "serial": 0,
            "key": _made(ports.failures, "update", lambda: _key(ports)),
        },
    }  # fmt: skip


def _key(ports):
    """The print of the key for updates that is in force."""
    from pole.update import signer

    out = signer.print_of(signer.modulus(ports.store, ports.factory))
    unload("pole.update.verify", "pole.update.signer", "pole.update.manifest")
    return out


def _made(failures, part, make):
    """What *make* returns; None where it raises twice, noted in *failures*: the pole runs without *part*."""
    for last in (False, True):
        try:
            return make()
        except Exception as error:
            collect()
            if last:
                failures.note(part, error)
    return None


def _watch(settings, store, hours):
    from pole.health import persistence

    return persistence.load(settings, store, hours)


def _news(cause, boots, known, past, safe, ports):
    """The events of the start, as ``Reporter.event`` takes them.  That the supply is gone is only known afterwards.

    It is routine in the journal: a supply that is cut every few minutes displaces no fault of the lamp.
    """
    out = []  # type: list
    if cause != "powerOn":
        deaths, words = past
        fields = {"resetCause": cause, "bootCount": boots, "earlyDeaths": deaths, "lastWords": words}
        out.append(("deviceReset", fields, None))
    elif boots > 1 or (known and not boots):
        fields = {"lastAlive": known or None, "bootCount": boots}
        from pole.reporting.supply_loss import was_said

        if not was_said(ports.store):
            out.append(("supplyLoss", fields, True, 1))
        out.append(("supplyLoss", fields, False, 1))
        unload("pole.reporting.supply_loss")
    if ports.reformatted:
        out.append(("dataReformatted", {}, None))
    if safe:
        out.append(("safeMode", {"earlyDeaths": past[0]}, True))
    return out


def made(*things):
    """Forgets how *things*, and the objects that are their attributes, were made: no other of their classes will be.

    On CPython, where other poles are made of the same classes, it does nothing.
    """
    if sys.implementation.name != "micropython":
        return
    for thing in [one for one in things if one]:
        for part in [thing] + list(thing.__dict__.values()):
            try:
                type(part).__init__ = None
            except AttributeError:
                pass  # one of MicroPython's own
