"""A pole for tests of the detectors: a lamp by formula, and a Watch that samples it when it wants to."""

from pole.drivers.reading import Reading
from pole.health import setup
from pole.health.event_types import bits
from pole.runtime.lcg import Lcg

# level in percent, mW, thousandths of power factor: a luminaire of 90 W
TABLE = [[10, 11900, 600], [25, 24900, 720], [50, 46400, 850], [75, 68000, 940], [100, 90000, 980]]
CURVE = [point + [point[1]] for point in TABLE]
IDLE_MW = 1800  # the driver without load


class Pole:
    """``dim`` and ``relay`` are what is ordered; *watch* sees what ``flow`` makes of them, with the meter's noise."""

    def __init__(self, curve=CURVE, table=TABLE, active=(), technology="led", driver="constantPower"):
        settings = {
            "luminaire": table,
            "supply.nominal": 240,
            "temperature.limit": 70,
            "meter.sample": 30,
            "lamp.life": 50000,
            "lamp.technology": technology,
            "lamp.driver": driver,
        }
        self.watch = setup.watch(settings, curve, bits(active), 0)
        self.ticks = 1000
        self.relay = True
        self.dim = 10000
        self.sun = 0
        self.clocked = True
        self.samples = 0
        self.reading = Reading()
        self.reading.answered = True
        self.random = Lcg(7)
        self.mv = 240000
        # what a fault changes
        self.scale = 1  # how many lamps of the table's size it has
        self.left = 1000  # thousandths of the LEDs
        self.more = 0  # thousandths of the power beyond it
        self.foreign_mw = 0
        self.closed = None  # what the contact does, if not as ordered
        self.driver = None  # the output it gives, if not as ordered
        self.factor = 0  # thousandths of power factor that are missing
        self.wander = None  # thousandths by which the power wanders, a function of ticks

    def flow(self):
        """Fills the reading."""
        reading = self.reading
        closed = self.relay if self.closed is None else self.closed
        dim = min(self.dim + self.watch.state.probe, 10000) if self.driver is None else self.driver
        mw, factor, ma = 10, 50, 1
        if closed:
            mw, factor = between(dim)
            mw *= self.scale
            factor -= self.factor
            mw = mw * (1000 + self.more) // 1000 * self.left // 1000 + IDLE_MW * (1000 - self.left) // 1000
            if self.wander:
                mw = mw * self.wander(self.ticks) // 1000
            mw += self.random.below(mw // 500 + 1) - mw // 1000
            ma = mw * 1000 // (self.mv * factor // 1000)
        if self.foreign_mw:
            mw += self.foreign_mw
            ma += self.foreign_mw * 1000 // self.mv
            factor = 950
        reading.voltage_mv = self.mv + self.random.below(401) - 200
        reading.current_ma, reading.power_mw, reading.pf_thousandths = ma, mw, factor

    def step(self):
        """One sample; returns the milliseconds to the next one."""
        self.flow()
        self.samples += 1
        return self.watch.sample(self.reading, self.relay, self.dim, self.sun, self.clocked, self.ticks)

    def run(self, seconds):
        """Lives so long; returns [(event type, begins, seconds since the call), ...]."""
        begin = self.ticks
        out = []
        while self.ticks - begin < seconds * 1000:
            wait = self.step()
            for name, _fields, begins in self.watch.news:
                out.append((name, begins, (self.ticks - begin) // 1000))
            self.watch.news = []
            self.ticks += wait
        return out


def between(dim):
    """(mW, thousandths) of TABLE at *dim*."""
    for i in range(len(TABLE) - 1):
        low, high = TABLE[i], TABLE[i + 1]
        if dim <= high[0] * 100 or i == len(TABLE) - 2:
            part = max(min(dim, high[0] * 100) - low[0] * 100, 0)
            span = (high[0] - low[0]) * 100
            return low[1] + (high[1] - low[1]) * part // span, low[2] + (high[2] - low[2]) * part // span
    return TABLE[-1][1], TABLE[-1][2]


def types(events, begins=True):
    """The event types among *events* (of ``Pole.run``) that begin, or end."""
    return [name for name, starts, _at in events if starts == begins]
