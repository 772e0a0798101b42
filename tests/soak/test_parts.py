"""Every part of a pole that can raise, with every error, once and for good, at start and at dusk, on both engines."""

from __future__ import annotations

import pytest

from tests.simulator.part_faults import (
    AT,
    BOARD,
    BOARD_WITH_SUPPLY,
    ERRORS,
    FAULTS,
    ONCE,
    STARTING,
    UNNAMED_ONCE,
    try_fault,
)


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_whichever_part_raises_the_street_is_lit_the_pole_online_and_the_part_named(
    engine: str, error: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    problems, tried = [], 0
    for name, (part, asked) in {**FAULTS, **ONCE}.items():
        for at in AT:
            for for_good in (True, False):
                if at == "dusk" and name in STARTING:
                    continue
                tried += 1
                board = BOARD_WITH_SUPPLY if part == "supply" else BOARD
                outcome = try_fault(asked, error, for_good=for_good, at=at, engine=engine, board=board)
                expected = "" if name in UNNAMED_ONCE and not for_good else part
                problem = outcome.problem(expected, networked=name in FAULTS or not for_good)
                if problem:
                    problems.append(f"{name}, {'for good' if for_good else 'once'}, at {at}: {problem}")
    with capsys.disabled():
        print(f"\n{engine}, {error.__name__}: {tried} faults tried")
    assert problems == []
