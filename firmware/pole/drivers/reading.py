"""What the meter last said of the lamp's supply."""


class Reading:
    """Filled in place by a meter driver, so that a sample allocates nothing.  All are integers."""

    def __init__(self):
        self.voltage_mv = 0  # RMS
        self.current_ma = 0  # RMS
        self.power_mw = 0  # active; negative when the meter's current input is wired the wrong way round
        self.pf_thousandths = 0  # active power over apparent power, -1000 to 1000; 0 without current
        self.energy_wh = 0  # whole watt-hours since the meter was installed
