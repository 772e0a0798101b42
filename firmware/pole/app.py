"""Wires the pole together: the one file that knows all the others.

It is only needed to start, so main.py forgets it when the control task has its parts.
"""

import sys
from gc import collect

from pole.commands.handler import Commanding
from pole.control import KEEPING, Control
from pole.drivers.sampling import Senses, now_by
from pole.inbox import Inbox
from pole.lighting.arbiter import Arbiter
from pole.lighting.lamp import Lamp
from pole.lighting.timetable import RULES, WORKING_OUT, Timetable
from pole.link.addresses import Addresses
from pole.link.outbox import Outbox, Queue
from pole.link.session import Session
from pole.reporting.counters import Counters
from pole.reporting.journal import Journal
from pole.reporting.reporter import Reporter
from pole.runtime import aio
from pole.runtime.lcg import Lcg
from pole.runtime.transient import unload
from pole.settings.trial import Configuring
from pole.timekeeping.clock import Clock
from pole.timekeeping.network_time import NetworkTime
from pole.wire import contract

FIRMWARE = "0.1.0"
EARLY_DEATHS = 4  # in a row, and the pole starts in safe mode


def build(ports, settings, origin, standing, past):
    """The Control of one pole.  *ports* is all its hardware (drivers/board.py), *settings* come from *origin* and stand
    as *standing* says (config_files.in_force), *past* are the early deaths before this life and the last words
    (drivers/chip/early_resets.py).

    After too many it starts in safe mode: lamp by a photocell that sun or dawn confirm, or on, link and commands, and
    nothing else that could be what it dies of: no calendar, no meter, no counters, no journal.
    """
    ticks = aio.ticks_ms()
    chip, net, radio, failures = ports.chip, ports.net, ports.radio, ports.failures
    if ports.store.size("failed.json"):
        from pole.reporting import part_failures

        part_failures.restore(failures, ports.store)
        unload("pole.reporting.part_failures")
    boots = chip.count_boot(failures)
    random = Lcg(int(chip.identity(failures), 16) + boots)
    inbox = Inbox(failures)
    safe = past[0] >= EARLY_DEATHS
    counters = None if safe else _made(failures, "counters", lambda: Counters(ports.store, ports.meter, Lcg(boots)))
    known = max(settings["clock.floor"], counters.known if counters else 0)
    clock = Clock(ports.rtc, known, settings["clock.drift"], settings["clock.maximumError"], False)
    _made(failures, "rtc", lambda: clock.start(ticks))
    if ports.rtc:
        failures.look("rtc", ports.rtc)
    arbiter = Arbiter()
    clo = () if safe else settings["lamp.constantLightOutput"]
    lamp = Lamp(settings["lamp.minimumLevel"], settings["lamp.minimumOff"], clo)
    dusk = None
    if ports.photocell and settings["pole"] != "unknown":  # a pole that was never told anything is lit by day, too
        from pole.lighting.daylight import nights
        from pole.lighting.photocell import Photocell

        lux = settings["photocell.on"], settings["photocell.off"]
        shortest, longest = nights(settings["latitude"])
        dusk = Photocell(lux[0], lux[1], settings["photocell.delay"], shortest, longest)
        unload(*WORKING_OUT)
    queue = None
    if not safe:
        queue = _made(failures, "journal", lambda: Journal(ports.store, ports.nonce, now_by(clock)))
    queue = queue or Queue()
    outbox = Outbox(aio.ticks_ms, queue)
    cause = chip.reset_cause(failures)
    identity = {
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
    }
    nonce = ""
    if settings["keys"]:  # without (a bench) nothing is signed
        from pole.security.flash_nonce import flash_nonce

        nonce = identity["flashNonce"] = flash_nonce(ports.store, ports.high_water, ports.nonce)
        unload("pole.security.flash_nonce")
    watch = None
    if not safe:
        watch = _made(failures, "detectors", lambda: _watch(settings, ports.store, counters.on_seconds // 3600))
        unload(*KEEPING)
    for name in ("luminaire", "lamp.technology", "lamp.driver"):
        del settings[name]
    make_room = watch.rest if watch else collect
    clock.make_room = make_room
    timetable = Timetable(settings, None if safe else make_room)
    for name in RULES:
        del settings[name]
    addresses = Addresses(net, aio.ticks_ms)

    def put(question):
        return session.online and outbox.put(contract.TIME, question)

    times = NetworkTime(
        net, radio, settings, random, ports.nonce, inbox.answered, addresses, put, inbox.heard, make_room
    )
    session = Session(
        net, radio, settings, outbox, aio.ticks_ms, random, times.heard, inbox.online, ports.factory, clock.believed,
        addresses,
    )  # fmt: skip
    session.make_room = make_room
    first_report_ms = random.below(settings["meter.interval"] * 1000)
    return Control(
        ports,
        settings,
        ticks,
        inbox,
        random,
        clock,
        timetable,
        arbiter,
        lamp,
        dusk,
        Senses(ports, ticks),
        watch,
        counters,
        Commanding(settings, ports.store, ports.high_water, arbiter, clock, queue, nonce),
        Configuring(settings, ports.store, standing, ticks, nonce),
        outbox,
        Reporter(outbox, settings, identity, ticks, first_report_ms),
        session,
        times,
        addresses,
        _news(cause, boots, counters.known if counters else 0, past, safe, ports),
    )


def _made(failures, part, make):
    """What *make* returns; None where it raises twice, which *failures* is told: the pole does without *part*."""
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
