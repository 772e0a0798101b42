"""How long the next try to log in waits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.commands.open_store import open_store
from host_tools.city.console.access import attempts
from host_tools.city.store.console_tables import attempt

AT, HOME, OTHER = 1_795_542_000, "192.0.2.7", "198.51.100.9"


@pytest.fixture
def connection(empty_record: Path, tmp_path: Path) -> Iterator[Connection]:
    path = tmp_path / "record.sqlite"
    shutil.copyfile(empty_record, path)
    with open_store(path, None) as there, there.transaction() as made:
        yield made


@pytest.fixture
def either(new_store: Path | str) -> Iterator[Connection]:
    """One of either database."""
    with open_store(new_store, None) as there, there.transaction() as made:
        yield made


def wrong(connection: Connection, name: str, address: str, now: int) -> int:
    """A wrong try: the seconds that it has to wait, 0 where it counted."""
    return attempts.begin(connection, attempts.of_login(connection, name, address, now), now)


def right(connection: Connection, name: str, address: str, now: int) -> int:
    counted = attempts.of_login(connection, name, address, now)
    wait = attempts.begin(connection, counted, now)
    if not wait:
        attempts.was_right(connection, counted, now)
        attempts.known(connection, name, address, now)
    return wait


def test_five_tries_are_free_then_a_minute_and_twice_as_long_each_time_up_to_an_hour(either: Connection) -> None:
    connection = either
    now = AT
    assert [wrong(connection, "asha", HOME, now) for _ in range(5)] == [0] * 5
    for wait in (60, 120, 240, 480, 960, 1920, 3600, 3600):
        assert wrong(connection, "asha", HOME, now) == wait
        assert wrong(connection, "asha", HOME, now + wait - 1) == 1
        now += wait
        assert wrong(connection, "asha", HOME, now) == 0


def test_the_same_name_elsewhere_does_not_wait(connection: Connection) -> None:
    for _ in range(5):
        wrong(connection, "asha", OTHER, AT)
    assert wrong(connection, "asha", OTHER, AT) == 60
    assert right(connection, "asha", HOME, AT) == 0


def test_one_password_cannot_be_tried_with_many_names(connection: Connection) -> None:
    tries = [wrong(connection, f"name{number}", OTHER, AT) for number in range(30)]
    assert tries == [0] * 20 + [60] * 10
    assert wrong(connection, "asha", HOME, AT) == 0


def test_a_right_login_between_does_not_clear_what_the_address_has_tried(connection: Connection) -> None:
    for number in range(19):
        assert wrong(connection, f"name{number}", OTHER, AT) == 0
        assert right(connection, "mallory", OTHER, AT) == 0
    assert wrong(connection, "name19", OTHER, AT) == 0
    assert right(connection, "mallory", OTHER, AT) == 60


def test_no_one_can_keep_a_person_out_of_where_he_has_logged_in_before(connection: Connection) -> None:
    right(connection, "asha", HOME, AT)
    for number in range(30):
        wrong(connection, "asha", f"198.51.100.{number}", AT + 10)
    assert wrong(connection, "asha", "203.0.113.1", AT + 10) == 30  # elsewhere it waits, mildly
    assert right(connection, "asha", HOME, AT + 10) == 0
    assert right(connection, "asha", "203.0.113.1", AT + 41) == 0


def test_names_that_no_user_has_wait_in_the_same_way(connection: Connection) -> None:
    for name in ("admin", "nosuch"):
        tries = [wrong(connection, name, f"198.51.100.{ord(name[0])}", AT) for _ in range(6)]
        assert tries == [0] * 5 + [60]


def test_a_customer_of_ipv6_is_one_address(connection: Connection) -> None:
    for number in range(5):
        wrong(connection, "asha", f"2001:db8:1:2::{number + 1}", AT)
    assert wrong(connection, "asha", "2001:db8:1:2:ffff::1", AT) == 60
    assert wrong(connection, "asha", "2001:db8:1:3::1", AT) == 0
    for _ in range(5):
        wrong(connection, "ravi", "::ffff:192.0.2.9", AT)
    assert wrong(connection, "ravi", "192.0.2.9", AT) == 60


def test_what_no_longer_matters_is_forgotten_and_no_name_or_address_is_kept(connection: Connection) -> None:
    for number in range(15):
        wrong(connection, f"name{number}", OTHER, AT)
    text = str(connection.execute(sa.select(attempt)).all())
    assert "name" not in text and OTHER not in text
    assert wrong(connection, "asha", HOME, AT + 2 * 86400) == 0
    assert len(connection.execute(sa.select(attempt)).all()) == 3
