"""`make test-fast` leaves out what takes the most, and nothing that is not there any more."""

from pathlib import Path

from tests.slowest import LIST, slowest

ROOT = Path(__file__).parent.parent


def test_the_slowest_are_left_out_until_the_rest_fits_and_a_tests_parameters_count_together() -> None:
    times = ["5.0 a.py::slow", "3.0 a.py::many[1]", "3.0 a.py::many[2]", "1.0 b.py::quick", "0.5 b.py::quicker"]
    assert slowest(times, 2.0) == ["a.py::many", "a.py::slow"]
    assert slowest(times, 7.0) == ["a.py::many"]
    assert slowest(times, 100.0) == []


def test_tests_that_share_what_the_first_sets_up_are_left_out_together() -> None:
    times = ["9.0 tests/test_docs.py::first", "0.1 tests/test_docs.py::second", "1.0 b.py::quick"]
    assert slowest(times, 2.0) == ["tests/test_docs.py"]


def test_where_what_a_files_tests_share_is_long_they_are_left_out_together() -> None:
    times = ["9.0 a.py", "0.1 a.py::first", "0.1 a.py::second", "0.2 b.py", "3.0 b.py::slow", "1.0 b.py::quick"]
    assert slowest(times, 5.0) == ["a.py"]
    assert slowest(times, 2.0) == ["a.py", "b.py::slow"]


def test_of_each_folder_the_quickest_stays() -> None:
    times = [
        "9.0 tests/a/x.py::slow",
        "8.0 tests/a/y.py::slow_too",
        "1.0 tests/b/x.py::quick",
        "7.0 tests/test_docs.py",
    ]
    assert slowest(times, 2.0) == ["tests/a/x.py::slow", "tests/test_docs.py"]


def test_every_test_on_the_list_exists() -> None:
    for line in LIST.read_text().splitlines():
        if not line.startswith("#"):
            file, _, name = line.partition("::")
            assert (ROOT / file).is_file(), line
            assert not name or f"def {name}(" in (ROOT / file).read_text(), line
