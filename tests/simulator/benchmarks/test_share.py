"""What the detectors take of the control loop's time, on the real MicroPython virtual machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simulator.engines import micropython
from simulator.street.street import Street
from tests.simulator.streets import HOUR_MS, NIGHT, live

WATCHED = {  # in control.py and health/sample.py: what is put in the place of what
    # us in turns, us in samples, turns, us in the sample of this one
    "from pole.health.sample import take_sample\n": "from pole.health.sample import SPENT, take_sample\n",
    "            wait = self._turn()\n": """            SPENT[3] = 0
            began = utime.ticks_us()
            wait = self._turn()
            took = utime.ticks_us() - began
            if took < 2000 and SPENT[3] < 200:  # else the computer did something else meanwhile
                SPENT[0] += took
                SPENT[1] += SPENT[3]
            SPENT[2] += 1
            if SPENT[2] % 100 == 0:
                print("spent", SPENT[0], SPENT[1])
""",
    "from pole import const\nfrom pole.commands": "import utime\n\nfrom pole import const\nfrom pole.commands",
}
SAMPLED = {
    "        wait = watch.sample(reading,": """        began = utime.ticks_us()
        wait = watch.sample(reading,""",
    "now is not None, ticks)\n    senses.next": """now is not None, ticks)
        SPENT[3] = utime.ticks_us() - began
    senses.next""",
    "from pole import const\n": "import utime\n\nfrom pole import const\n",
    "\ndef take_sample(": "\nSPENT = [0, 0, 0, 0]\n\n\ndef take_sample(",
}


def test_the_detectors_take_less_than_a_tenth_of_the_control_loops_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firmware = tmp_path / "firmware"
    shutil.copytree(micropython.FIRMWARE, firmware)
    for path, changes in (("control.py", WATCHED), ("health/sample.py", SAMPLED)):
        file = firmware / "pole" / path
        text = file.read_text()
        for before, after in changes.items():
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        file.write_text(text)
    monkeypatch.setattr(micropython, "FIRMWARE", firmware)
    said: list[str] = []

    def begin(street: Street) -> None:
        console = street.folder / "P0001" / "console.log"
        street.kernel.at(4 * HOUR_MS - 1, lambda: said.extend(console.read_text().splitlines()))

    live(4, poles=1, start=NIGHT, engine="micropython", begin=begin)
    spent = [line.split() for line in said if line.startswith("spent")]
    assert len(spent) > 5
    # the first samples load the code; what comes every half a minute is what counts
    in_turns, in_samples = (int(spent[-1][at]) - int(spent[0][at]) for at in (1, 2))
    print(f"the detectors take {in_samples / in_turns:.1%} of the control loop's time")
    assert in_samples < in_turns / 10
