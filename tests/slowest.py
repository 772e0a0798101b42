"""`python -m tests.slowest TIMES`: writes tests/slow.txt from what `pytest --processor-times TIMES` measured.

The slowest test functions, with all their parameters, go on the list until the rest fits into ``BUDGET_S``.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

BUDGET_S = 20.0  # processor seconds of the tests alone; pytest, its workers and their collecting take 150 more
LIST = Path(__file__).with_name("slow.txt")
# files, and a folder of files, whose tests live on what the first of them sets up: they are in or out together
SHARED = (
    "tests/test_docs.py", "tests/test_wheel.py", "tests/test_terminals.py",
    "tests/simulator/virtual_pole/test_bare_board.py", "tests/simulator/street/",
)  # fmt: skip
HEAD = "# What `make test-fast` leaves out; `python -m tests.slowest` writes this list: see docs/developing.md.\n"


def slowest(lines: Iterable[str], budget_s: float) -> list[str]:
    """The test functions to leave out so that the rest take *budget_s*; *lines* are "seconds test"."""
    took: dict[str, float] = defaultdict(float)
    for line in lines:
        seconds, _, test = line.strip().partition(" ")
        took[_counted(test)] += float(seconds)
    rest, out = sum(took.values()), []
    for test in sorted(took, key=lambda name: -took[name]):
        if rest <= budget_s:
            break
        rest -= took[test]
        out.append(test)
    return sorted(out)


def _counted(test: str) -> str:
    """What *test* is counted with: its function, with all parameters, or its file."""
    file = test.partition("::")[0]
    return file if file.startswith(SHARED) else test.partition("[")[0]


if __name__ == "__main__":
    found = slowest(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines(), BUDGET_S)
    LIST.write_text(HEAD + "".join(f"{test}\n" for test in found), encoding="utf-8")
    print(f"{len(found)} tests are in {LIST}")
