"""Codes of a second person: right ones count once, guessing gets nowhere."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest

from host_tools.city.commands.second_person import PERSONS, USED, SecondPersons
from host_tools.errors import CommandError

NOW = 1_795_521_600


def persons(folder: Path) -> tuple[SecondPersons, pyotp.TOTP]:
    there = SecondPersons(folder)
    uri = there.add("meera")
    totp = pyotp.parse_uri(uri)
    assert isinstance(totp, pyotp.TOTP)
    assert totp.issuer == "Diya"
    return there, totp


def test_a_code_counts_once_and_again_for_the_same_order_whose_receiver_was_killed(tmp_path: Path) -> None:
    there, totp = persons(tmp_path)
    code = totp.at(NOW)
    assert there.check("meera", code, "asha", "order 1", NOW) == ""
    assert SecondPersons(tmp_path).check("meera", code, "asha", "order 1", NOW + 2) == ""
    assert SecondPersons(tmp_path).check("meera", code, "asha", "order 2", NOW + 2) == (
        "the code of meera was used before: wait for the next"
    )
    assert there.check("meera", totp.at(NOW - 30), "asha", "order 2", NOW) != "", "an older one is used up as well"
    assert there.check("meera", totp.at(NOW + 30), "asha", "order 2", NOW + 30) == ""
    assert (tmp_path / USED).stat().st_mode & 0o077 == (tmp_path / PERSONS).stat().st_mode & 0o077 == 0


def test_a_code_of_a_minute_ago_counts_and_one_of_two_minutes_ago_does_not(tmp_path: Path) -> None:
    there, totp = persons(tmp_path)
    assert "too old" in there.check("meera", totp.at(NOW - 120), "asha", "a", NOW)
    assert there.check("meera", totp.at(NOW - 60), "asha", "a", NOW) == ""


def test_after_five_wrong_codes_even_a_right_one_has_to_wait_each_time_longer(tmp_path: Path) -> None:
    there, totp = persons(tmp_path)
    wrong = f"{(int(totp.at(NOW)) + 1) % 1000000:06}"
    at, waited = NOW, []
    for _ in range(4):
        for _ in range(5):
            assert "wrong" in there.check("meera", wrong if wrong != totp.at(at) else "x", "asha", "a", at)
        said = there.check("meera", totp.at(at), "asha", "a", at)
        waited.append(int(said.split()[-2]))
        at += waited[-1]
    assert waited == [60, 120, 240, 480]
    assert there.check("meera", totp.at(at), "asha", "a", at) == ""


@pytest.mark.parametrize(("name", "first", "why"), [
    ("ravi", "asha", "'ravi' is no second person"), ("meera", "meera", "must be another"),
    ("", "asha", "is no second person"),
])  # fmt: skip
def test_who_may_not_agree_is_told_why(tmp_path: Path, name: str, first: str, why: str) -> None:
    there, totp = persons(tmp_path)
    assert why in there.check(name, totp.at(NOW), first, "a", NOW)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "\x00", "9" * 400])
def test_what_is_no_code_is_wrong_and_no_trouble(tmp_path: Path, code: str) -> None:
    there, _totp = persons(tmp_path)
    assert "wrong or too old" in there.check("meera", code, "asha", "a", NOW)


def test_a_file_that_makes_no_sense_is_one_sentence_and_shows_no_secret(tmp_path: Path) -> None:
    there, _totp = persons(tmp_path)
    secret = (tmp_path / PERSONS).read_text()
    (tmp_path / PERSONS).write_text(secret + secret)
    with pytest.raises(CommandError, match=r"line 2 of .* must be a name, which has no other line") as error:
        there.names()
    assert secret.strip().split(":")[1] not in str(error.value)
    (tmp_path / PERSONS).write_text(secret)
    (tmp_path / USED).write_text("{")
    with pytest.raises(CommandError, match="which codes were used"):
        there.check("meera", "123456", "asha", "a", NOW)
    with pytest.raises(CommandError, match="has a secret already"):
        there.add("meera")
