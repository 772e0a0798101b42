"""The last values of the pole's sensors: of the lamp's supply, and of the surroundings."""


class Reading:
    """Filled in place, so that a sample allocates nothing.  All are integers; None where the board has no such part."""

    def __init__(self):
        self.answered = None  # did the meter, when it was asked last?  2: by pulses of since then, so no frozen frame
        self.voltage_mv = 0  # RMS
        self.current_ma = 0  # RMS
        self.power_mw = 0  # active; negative when the meter's current input is wired the wrong way round
        self.pf_thousandths = 0  # active power over apparent power, -1000 to 1000; 0 without current
        self.energy_wh = 0  # whole watt-hours since the meter was installed
        self.temperature = None  # tenths of a degree Celsius, in the enclosure
        self.lux = None
        self.own = self.doubt = False  # of the photocell: see lighting/photocell.py
        self.x_mg = self.y_mg = 0  # acceleration at rest, thousandths of g ...
        self.z_mg = None  # ... of which this one is upwards: an upright pole has 0, 0, 1000
        self.shock_mg = 0  # highest deviation from 1 g since the sample before
        self.door_open = None
        self.leakage_ma = None
        self.gear_answers = None
