"""The trials, by name."""

from __future__ import annotations

from simulator.benchmarks.stress.broker_replaced import BROKER_REPLACED
from simulator.benchmarks.stress.feeder_return import FEEDER_RETURN
from simulator.benchmarks.stress.group_command import GROUP_COMMAND
from simulator.benchmarks.stress.midnight import MIDNIGHT
from simulator.benchmarks.stress.poor_link import POOR_LINK

TRIALS = {trial.name: trial for trial in (FEEDER_RETURN, GROUP_COMMAND, POOR_LINK, BROKER_REPLACED, MIDNIGHT)}
