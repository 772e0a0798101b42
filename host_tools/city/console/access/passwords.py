"""Passwords: which may be chosen, what is kept of them, and whether one is right."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from host_tools.language.language import Spoken

SHORTEST, LONGEST = 10, 200  # characters
LITTLE = 6  # characters beside a name that do not make a password
AT_ONCE = 2  # comparisons: each takes 64 MiB and the time of a core
_HASHER = PasswordHasher()  # argon2id with the parameters of RFC 9106 for little memory
# of the lists of passwords most often found, those of ten characters and more; beginnings count too
_COMMON = (
    "1234567890", "0123456789", "0987654321", "9876543210", "1q2w3e4r5t", "1qaz2wsx3edc", "qwertyuiop", "qwerty1234",
    "qwerty12345", "asdfghjkl", "abcdefghij", "abcd123456", "abc1234567", "password", "passw0rd", "p@ssword",
    "p@ssw0rd", "administrator", "admin12345", "admin@1234", "changeme", "letmein", "iloveyou", "welcome", "india@123",
    "india12345", "streetlight", "superman", "football", "sunshine", "princess", "computer",
)  # fmt: skip
_MORE = 4  # characters after a common one that do not make it better


def check(password: str, name: str, site: str) -> None:
    """Raises Spoken where *password* may not be that of the user *name* of the site called *site*."""
    plain = _plain(password).casefold()
    if not SHORTEST <= len(password) <= LONGEST:
        raise Spoken("console_access.password_length", length=len(password), shortest=SHORTEST, longest=LONGEST)
    if any(len(part) > 2 and len(plain.replace(part.casefold(), "")) < LITTLE for part in (name, site)):
        raise Spoken("console_access.password_named")
    common = any(plain.startswith(one) and len(plain) - len(one) <= _MORE for one in _COMMON)
    if common or len(set(plain)) < 5:
        raise Spoken("console_access.password_common")


def hashed(password: str) -> str:
    """What is kept of *password*."""
    return _HASHER.hash(_plain(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether *password* is the one that *kept* is of; with None it takes as long and is False."""
    try:
        right = _HASHER.verify(kept or _of_nothing(), _plain(password[:LONGEST]))
        return right and kept is not None and len(password) <= LONGEST
    except VerificationError:
        return False


def one_time() -> str:
    """A password of 79 bits that can be typed."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


@cache
def _of_nothing() -> str:
    """The hash that passwords of unknown names are compared with."""
    return _HASHER.hash(secrets.token_hex(16))


def _plain(password: str) -> str:
    """The same bytes for what looks the same, by whichever keyboard it was typed."""
    return unicodedata.normalize("NFKC", password)
