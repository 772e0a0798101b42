"""Alarms: what is wrong with the street now, each cause once, the worst first.  Pure; `diya alarms` prints them.

Tests of several modules: `test_verb` (`diya alarms`).
"""

from host_tools.city.alarms.alarm import Alarm, Heard
from host_tools.city.alarms.derive import alarms

__all__ = ["Alarm", "Heard", "alarms"]
