"""The numbers of a sender only ever rise, for any clock and with other programs."""

import subprocess
import sys
from pathlib import Path

from host_tools.wire.sender_numbers import Counters


def test_numbers_rise_with_the_time_and_when_the_time_stands_still(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "new folder" / "senders.sqlite")
    assert [counters.next("ops", 5000), counters.next("ops", 5000), counters.next("ops", 4000)] == [5000, 5001, 5002]
    assert counters.next("ops", 9000) == 9000
    assert counters.next("another", 5000) == 5000
    assert Counters(tmp_path / "new folder" / "senders.sqlite").next("ops", 100) == 9001


def test_many_numbers_are_given_out_together(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "senders.sqlite")
    assert [counters.next("ops", 5000, many=10_000), counters.next("ops", 5000)] == [5000, 15_000]


def test_programs_that_send_at_once_never_get_the_same_number(tmp_path: Path) -> None:
    path = tmp_path / "senders.sqlite"
    code = (
        "import sys; from pathlib import Path; from host_tools.wire.sender_numbers import Counters\n"
        "for _ in range(40): print(Counters(Path(sys.argv[1])).next('ops', 1000))"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, env=_env()) for _ in "ab"]
    numbers = [int(line) for run in runs for line in run.communicate()[0].split()]
    assert len(set(numbers)) == len(numbers) == 80


def test_a_simulation_counts_apart_and_begins_anew(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "senders.sqlite")
    far, again = 1_900_000_000_000, 1_795_501_800_000
    assert counters.next("ops", far, simulated="mqtt://127.0.0.1:1/sagar") == far
    assert counters.next("ops", 5000) == 5000  # the real street is none the wiser
    assert counters.next("ops", again, simulated="mqtt://127.0.0.1:1/sagar") == again
    assert counters.next("ops", again - 1000, simulated="mqtt://127.0.0.1:1/sagar") == again + 1


def test_a_number_that_was_counted_under_a_wrong_clock_is_forgotten(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "senders.sqlite")
    now, wrong = 1_795_500_000_000, 1_795_500_000_000 + 5 * 365 * 86_400_000
    assert counters.next("ops", wrong) == wrong
    assert counters.next("ops", now) == now
    assert counters.next("ops", now + 80_000_000) == now + 80_000_000
    assert counters.next("ops", now) == now + 80_000_001  # less than a day ahead: it still counts


def test_the_mark_that_a_pole_holds_is_learned_unless_it_lies_more_than_a_day_ahead(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "senders.sqlite")
    now = 1_795_500_000_000
    counters.learn("ops", now + 3_600_000, now)
    assert counters.next("ops", now) > now + 3_600_000
    counters.learn("ops", now + 90_000_000, now)
    assert counters.next("ops", now) < now + 4_000_000


def _env() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
