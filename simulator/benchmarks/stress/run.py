"""Runs a trial: with the modelled network in cells over several processes, or in real time with a real Mosquitto."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial

from host_tools.site import load_site
from simulator.benchmarks.stress.course import Course
from simulator.benchmarks.stress.trial import MODELLED, MOSQUITTO, Run, Trial
from simulator.benchmarks.stress.watch import Watch
from simulator.city.cells import cells_of
from simulator.run import simulate_scenario
from simulator.run_options import Options, run_time
from simulator.scenario.happening import Scenario
from simulator.street.street import Street

Progress = Callable[[int, int], None]


def options_of(trial: Trial, poles: int, seed: int) -> Options:
    return Options(
        site=load_site("sagar", poles),
        start=datetime.fromisoformat(trial.start),
        seed=seed,
        settings=trial.settings,
        impairment=trial.impairment,
    )


def run_modelled(trial: Trial, poles: int, seed: int, jobs: int, progress: Progress = lambda done, of: None) -> Run:
    """Each pole by itself, as ``simulator.city`` has it: no pole of a run in virtual time depends on another."""
    began = time.monotonic()
    options = options_of(trial, poles, seed)
    cells = cells_of(options)
    courses: list[Course] = []
    work = partial(_cell, trial.name, poles, seed)
    if jobs == 1:
        for cell in cells:
            courses += _simulated(trial, replace(options, part=cell))
            progress(len(courses), poles)
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, context) as pool:
            for some in pool.map(work, cells):
                courses += some
                progress(len(courses), poles)
    return Run(MODELLED, courses, time.monotonic() - began)


def run_real(trial: Trial, poles: int, seed: int) -> Run:
    """All poles in this process, with a Mosquitto of our own, ``trial.speed`` simulated seconds in a second."""
    began = time.monotonic()
    options = replace(options_of(trial, poles, seed), broker="embedded", speed=trial.speed)
    watches: list[Watch] = []
    told: list[str] = []

    def begin(street: Street) -> None:
        address = next(said.removeprefix("broker at ") for said in told if said.startswith("broker at "))
        watches.append(Watch(street, options.site, address))
        trial.act(watches[0])

    try:
        simulate_scenario(options, _scenario(trial, options), run_time(options), say=told.append, begin=begin)
    finally:
        for watch in watches:
            watch.ends.close()
    return Run(MOSQUITTO, watches[0].finish(), time.monotonic() - began, trial.after(watches[0]))


def _scenario(trial: Trial, options: Options) -> Scenario:
    happenings = trial.happenings(tuple(pole.name for pole in options.own.poles))
    return Scenario(trial.name, trial.length_s / 3600, happenings)


def _cell(name: str, poles: int, seed: int, cell: tuple[str, ...]) -> list[Course]:
    """The courses of the poles of one *cell*, in a process of its own."""
    from simulator.benchmarks.stress.trials import TRIALS

    trial = TRIALS[name]
    return _simulated(trial, replace(options_of(trial, poles, seed), part=cell))


def _simulated(trial: Trial, options: Options) -> list[Course]:
    watches: list[Watch] = []

    def begin(street: Street) -> None:
        watches.append(Watch(street, options.site))
        trial.act(watches[0])

    simulate_scenario(options, _scenario(trial, options), run_time(options), begin=begin)
    return watches[0].finish()
