"""`python -m tests.slowest TIMES`: writes tests/slow.txt from what `pytest --times TIMES` measured.

The slowest test functions, with all their parameters, go on the list until the rest fits into ``BUDGET_S``.  What the
tests of a file share is saved only when all of them are left out, so where it is long the file counts as a whole.
Of each folder below tests/ the quickest stays.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

BUDGET_S = 60.0  # of two workers for a minute; to import and collect takes the rest
SHARED_S = 0.5  # what a file's tests share is long from here on
LIST = Path(__file__).with_name("slow.txt")
# whose tests live on what the first of them does: they are in or out together
TOGETHER = (
    "tests/test_docs.py", "tests/test_wheel.py", "tests/test_terminals.py", "tests/simulator/street/",
    "tests/simulator/virtual_pole/test_ports.py", "tests/host_tools/field/commission/test_real_firmware.py",
)  # fmt: skip
HEAD = "# What `make test-fast` leaves out; `python -m tests.slowest` writes this list: see docs/developing.md.\n"


def slowest(lines: Iterable[str], budget_s: float) -> list[str]:
    """The tests and files to leave out so that the rest take *budget_s*.

    *lines* are "seconds test", or "seconds file" for what the tests of that file share.
    """
    times = [(float(seconds), name) for seconds, _, name in (line.strip().partition(" ") for line in lines)]
    shared: dict[str, float] = defaultdict(float)
    for seconds, name in times:
        if "::" not in name:
            shared[name] += seconds
    took: dict[str, float] = defaultdict(float)
    for seconds, name in times:
        file = name.partition("::")[0]
        whole = file.startswith(TOGETHER) or shared[file] > SHARED_S
        took[file if whole else name.partition("[")[0]] += seconds
    quickest = {_folder(name): name for name in sorted(took, key=lambda name: -took[name])}
    rest, out = sum(took.values()), []
    for name in sorted(took, key=lambda name: -took[name]):
        if rest <= budget_s:
            break
        if quickest[_folder(name)] != name or _folder(name) == "tests":
            rest -= took[name]
            out.append(name)
    return sorted(out)


def _folder(name: str) -> str:
    return name.partition("::")[0].rpartition("/")[0]


if __name__ == "__main__":
    found = slowest(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines(), BUDGET_S)
    LIST.write_text(HEAD + "".join(f"{test}\n" for test in found), encoding="utf-8")
    print(f"{len(found)} tests are in {LIST}")
