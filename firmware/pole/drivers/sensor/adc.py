"""A sensor with an analogue output: a photocell, or a residual-current monitor."""

from pole.drivers.sensor.inputs import Sensor


def make(part, _bus):
    """The sensor that *part*, a table of the board file, describes."""
    return Sensor(part["pin"], part.get("full_scale_lux") or part["full_scale_ma"])
