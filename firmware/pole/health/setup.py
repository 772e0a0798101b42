# mypy: disable-error-code="attr-defined"
"""Makes a Watch: only needed at the start."""

from pole.health.calibration import remaining_life, use_curve
from pole.health.event_types import EVENT_TYPES
from pole.health.watch import State, Watch

# lamp.technology: k of a lamp whose power follows the voltage, in hundredths (P is as V^k); ms for its arc to strike
# when it is hot, and until its power is full.  k: of resistors before LEDs, and of reactor ballasts
_TECHNOLOGIES = {"led": (150, 0, 0), "hps": (220, 300000, 1200000), "mh": (200, 1200000, 1200000)}


def watch(settings, curve, active, hours):
    """A Watch with *settings*, those of a configuration, over a lamp that has burnt for *hours*.

    *curve* is the lamp's own (calibration.py), None where it was never measured; *active*: what was raised before the
    pole was restarted, as bits of rows (``event_types.bits``).
    """
    state = begin(settings["supply.nominal"] * 1000, active)
    use_technology(state, settings)
    use_curve(state, curve or [point + point[1:2] for point in settings["luminaire"]], bool(curve))
    life = remaining_life(state.points, hours, settings["lamp.life"])
    return Watch(state, settings["temperature.limit"] * 10, settings["meter.sample"] * 1000, life)


def use_technology(s, settings):
    """Sets in State *s* what *settings* say of the lamp's technology and driver."""
    s.follows, s.restrike, s.run_up = _TECHNOLOGIES[settings.get("lamp.technology", "led")]
    if settings.get("lamp.driver") != "followsVoltage":
        s.follows = 0


def begin(nominal_mv, active):
    """A new State without a curve.  Everything in it is integers below 2**30, so that a sample allocates nothing.

    *nominal_mv*: the supply's; *active*: rows raised.
    """
    s = State()
    # conditions.py
    s.active = active  # what is raised, as bits of rows
    s.turned = 0  # ... and which of it has changed and was not reported yet
    s.flips = {}  # conditions that changed lately, see chatter.py
    s.look = 0  # ticks when some of them may have to be reported
    s.hasty = False  # a condition is pending (debounce): take the next sample soon
    s.pending = s.noted = 0
    s.uneven = 1  # what the next sample's distance is drawn from
    s.since = [0] * len(EVENT_TYPES)
    # expected.py
    s.points = []  # the lamp's power curve, empty where the luminaire is not known
    s.commissioned = False  # was it measured?
    s.learned = False  # the curve has moved since it was kept
    s.factor = 0  # power factor of the last ``at``
    s.nominal = nominal_mv
    s.follows = 0  # how much the lamp's power follows the voltage
    s.warm = 0  # of the lamp, as the output that keeps it so warm
    s.sum = s.count = 0
    # dimming_test.py
    s.probe = 0  # to be added to the dimmer's output
    s.ignores_dimming = None  # whether the driver ignores dimming; None: not tested
    s.phase = 0  # of the dimming test: 1 stepped, 2 stepped back
    s.before = s.tried = 0  # mW
    s.stuck = 0  # mW at which it was last found to ignore dimming
    # surroundings.py
    s.blind = 0  # when the photocell was wrong: 1 by day, -1 at night
    s.upright = (0, 0, 1000)  # mg: what the accelerometer says while the pole stands as it was put up
    # supply.py
    s.usual = s.means = 0  # mV: mean of the supply in the last hour, and of how many samples
    s.lowest = s.highest = 0  # quarters of mV: what it usually has, over days
    # arc.py
    s.run_up = s.restrike = 0  # ms; both 0 where the lamp is not a discharge lamp
    s.arc = s.grace = s.peak = 0
    s.arc_at = s.struck_at = 0
    # electrical.py
    s.frozen = 0  # samples
    s.voltage = s.current = s.power = 0  # of the last sample
    s.sampled_at = s.closed_at = s.moved_at = 0
    s.relay = None
    s.dim = s.output = 0  # without and with the probe
    s.calm = 0  # samples since the last jump
    s.way = 0  # of the last jump: 1 up, -1 down
    s.turns = 0  # jumps back, one bit a sample
    s.lit = s.out = False
    s.outs = 0  # twice how often the lamp has gone out ...
    s.out_at = s.period = 0  # ... the last time, and how long after the time before
    return s
