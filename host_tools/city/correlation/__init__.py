"""Correlates the silences of many poles into one fault of the street, which a single pole cannot detect.

Pure.  ``street_faults`` takes the poles of a site and the history of their messages, and gives the faults that explain
every silence and every loss of supply, each exactly once.

Tests of several modules: `test_street_faults`, `test_street_faults_properties`.
"""

from host_tools.city.correlation.correlate import street_faults
from host_tools.city.correlation.fault import Fault
from host_tools.city.correlation.history import History, Silence, SupplyLoss
from host_tools.city.correlation.switched_feeders import Switched, switched
from host_tools.city.correlation.text import lines

__all__ = ["Fault", "History", "Silence", "SupplyLoss", "Switched", "lines", "street_faults", "switched"]
