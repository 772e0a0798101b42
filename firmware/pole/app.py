"""Wires the pole together: the one file that knows all the others.

It is only needed to start, so main.py forgets it when the control task has its parts.
"""

from pole import aio
from pole.clock import Clock
from pole.commanding import Commanding
from pole.control import Control
from pole.drivers.reading import Reading
from pole.inbox import Inbox
from pole.lcg import Lcg
from pole.lighting.arbiter import Arbiter
from pole.lighting.calendar import Calendar
from pole.lighting.lamp import Lamp
from pole.link.network_time import NetworkTime
from pole.link.outbox import Outbox, Queue
from pole.link.session import Session
from pole.reporting.counters import Counters
from pole.reporting.reporter import Reporter

FIRMWARE = "0.1.0"


def build(ports, settings, origin):
    """The Control of one pole.  *ports* is all its hardware (drivers/board.py), *settings* come from *origin*
    (config.in_force).
    """
    ticks = aio.ticks_ms()
    chip, net, radio = ports.chip, ports.net, ports.radio
    boots = chip.count_boot()
    random = Lcg(int(chip.identity(), 16) + boots)
    inbox = Inbox()
    clock = Clock(ports.rtc, settings["clock.floor"], settings["clock.drift"], settings["clock.maximumError"])
    clock.start(ticks)
    arbiter = Arbiter()
    lamp = Lamp(settings["lamp.minimumLevel"], settings["lamp.minimumOff"], settings["lamp.constantLightOutput"])
    dusk = None
    if ports.photocell:
        from pole.lighting.photocell import Photocell

        dusk = Photocell(settings["photocell.on"], settings["photocell.off"], settings["photocell.delay"])
    outbox = Outbox(aio.ticks_ms, Queue())
    identity = {
        "site": settings["site"],
        "pole": settings["pole"],
        "groups": list(settings["groups"]),
        "board": ports.board,
        "firmware": FIRMWARE,
        "configVersion": settings["version"],
        "configOrigin": origin,
        "capabilities": ports.capabilities,
        "resetCause": chip.reset_cause(),
        "bootCount": boots,
    }
    first_report_ms = random.below(settings["meter.interval"] * 1000)
    return Control(
        ports,
        settings,
        ticks,
        inbox,
        random,
        clock,
        Calendar(settings),
        arbiter,
        lamp,
        dusk,
        Reading(),
        Counters(ports.store, ports.meter),
        Commanding(settings, ports.store, arbiter, clock),
        Reporter(outbox, settings, identity, ticks, first_report_ms),
        Session(net, radio, settings, outbox, aio.ticks_ms, random, inbox.heard, inbox.online),
        NetworkTime(net, radio, settings, random, ports.nonce, inbox.answered),
    )
