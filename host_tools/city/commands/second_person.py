"""The second person of a grave order, proved by a code of six digits (TOTP, RFC 6238) that the receiver checks.

The secrets are in a file beside the receiver's keys, where the web process cannot read them:

    asha:JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP

A code is used once: the last one of each person is kept in another file there.  After MOST_WRONG wrong codes that
person has to wait, each time twice as long: a program that guesses gets nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from host_tools.errors import CommandError
from host_tools.files import replace_file, write_secret
from host_tools.language.sentence import Sentence
from host_tools.text import quoted

PERSONS, USED = "second-persons.keys", "second-persons.used"
STEP_S = 30
EARLY, LATE = 1, 2  # steps by which a telephone's clock, and a person who types, may be beside ours
MOST_WRONG = 5
WAIT_S, LONGEST_WAIT_S = 60, 3600
_LINE = re.compile(r"([A-Za-z0-9@._-]{1,64})\s*:\s*([A-Z2-7]{32,64})")


class SecondPersons:
    """Those in *folder*; ``check`` writes what it has to remember there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        return list(self._secrets())

    def add(self, name: str) -> str:
        """A new person *name*; the URI for the telephone.  Raises CommandError."""
        import pyotp

        secrets = self._secrets()
        if not _LINE.fullmatch(f"{name}:{'A' * 32}"):
            raise CommandError(
                f"the name is {quoted(name, 40)} and must be 1 to 64 letters, digits, @, dots, dashes or _"
            )
        if name in secrets:
            raise CommandError(f"{name} has a secret already: take the line out of {self._folder / PERSONS} first")
        secrets[name] = pyotp.random_base32()
        text = "".join(f"{one}:{secret}\n" for one, secret in secrets.items())
        _written(self._folder / PERSONS, lambda: write_secret(self._folder / PERSONS, text))
        return pyotp.TOTP(secrets[name]).provisioning_uri(name=name, issuer_name="Diya")

    def check(self, name: str, code: str, first: str, order: str, wall: int) -> str:
        """Why *code* of *name* does not agree to *order* (a digest of all of it), which *first* gave; "" where it does.

        *wall*: Unix s of real time.  Raises CommandError where a file cannot be read or written.
        """
        import pyotp

        secret = self._secrets().get(name)
        if secret is None:
            return Sentence("commands.no_person", name=quoted(name, 40), file=PERSONS)
        if name == first:
            return Sentence("commands.same_person", name=name)
        used = self._used()
        mine = used.setdefault(name, {"step": 0, "order": "", "wrong": 0, "until": 0})
        if wall < mine["until"]:
            return Sentence("commands.wrong_codes", name=name, wrong=mine["wrong"], wait=mine["until"] - wall)
        totp, now = pyotp.TOTP(secret), wall // STEP_S
        digits = "".join(code.split())
        step = next(
            (
                each
                for each in range(now + EARLY, now - LATE - 1, -1)
                if pyotp.utils.strings_equal(totp.generate_otp(each), digits)
            ),
            None,
        )
        if step is None:
            mine["wrong"] += 1
            if mine["wrong"] % MOST_WRONG == 0:
                mine["until"] = wall + min(WAIT_S << (mine["wrong"] // MOST_WRONG - 1), LONGEST_WAIT_S)
            self._remember(used)
            return Sentence("commands.wrong_code", name=name)
        if step < mine["step"] or (step == mine["step"] and order != mine["order"]):
            return Sentence("commands.used_code", name=name)
        used[name] = {"step": step, "order": order, "wrong": 0, "until": 0}
        self._remember(used)
        return ""

    def _secrets(self) -> dict[str, str]:
        path, out = self._folder / PERSONS, dict[str, str]()
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return out
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"the file {path} cannot be read: {error}") from error
        for number, line in enumerate(lines, 1):
            plain = line.strip()
            if not plain or plain.startswith("#"):
                continue
            found = _LINE.fullmatch(plain)
            if not found or found[1] in out:
                raise CommandError(
                    f"line {number} of {path} must be a name, which has no other line, a colon and a secret"
                )
            out[found[1]] = found[2]
        return out

    def _used(self) -> dict[str, dict[str, Any]]:
        path = self._folder / USED
        try:
            used = json.loads(path.read_text(encoding="utf-8"))
            return {
                str(name): {**one, "step": int(one["step"]), "wrong": int(one["wrong"])} for name, one in used.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise CommandError(f"the file {path}, which codes were used, cannot be read: {error}") from error

    def _remember(self, used: dict[str, dict[str, Any]]) -> None:
        path = self._folder / USED
        _written(path, lambda: replace_file(path, (json.dumps(used) + "\n").encode(), 0o600))


def _written(path: Path, write: Callable[[], None]) -> None:
    try:
        write()
    except OSError as error:
        raise CommandError(f"the file {path} cannot be written: {error.strerror or error}") from error
