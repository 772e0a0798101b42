"""Which passwords may be chosen, and what is kept of them."""

from __future__ import annotations

import pytest

from host_tools.city.console.access import passwords
from host_tools.language.language import Spoken


@pytest.mark.parametrize(
    "good",
    ["correct horse battery", "neem-chai-patang-9", "चार अलग शब्द", "ravi plays the sitar", "Sagar at night: 60 %"],
)
def test_a_long_password_of_ones_own_may_be_chosen(good: str) -> None:
    passwords.check(good, "ravi", "sagar")


@pytest.mark.parametrize(
    "bad",
    [
        "neem chai", "p" * 201, "raviravi12", "RAVI-sagar", "sagar12345", "Password1234", "P@ssw0rd!!", "1234567890",
        "qwertyuiop", "ababababab", "          ", "ＰＡＳＳＷＯＲＤ１２",
    ],
)  # fmt: skip
def test_one_that_is_tried_first_may_not(bad: str) -> None:
    with pytest.raises(Spoken):
        passwords.check(bad, "ravi", "sagar")


def test_only_a_salted_hash_is_kept_that_is_dear_to_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = passwords.hashed("neem-chai-patang"), passwords.hashed("neem-chai-patang")
    assert one != other and "neem" not in one
    assert passwords.matches(one, "neem-chai-patang")
    assert not passwords.matches(one, "neem-chai-patan")
    monkeypatch.undo()  # the parameters of the real console
    assert passwords.hashed("neem-chai-patang").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_what_looks_the_same_is_the_same_password() -> None:
    kept = passwords.hashed("caf\u00e9 sur la place")
    assert passwords.matches(kept, "cafe\u0301 sur la place")


def test_a_password_that_is_too_long_is_never_right() -> None:
    kept = passwords.hashed("p" * 200)
    assert passwords.matches(kept, "p" * 200) and not passwords.matches(kept, "p" * 300)


def test_a_one_time_password_may_be_typed_and_does_not_repeat() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 19 and one.replace("-", "").isalnum() and "0" not in one for one in made)
