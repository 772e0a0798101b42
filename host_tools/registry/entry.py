"""One entry of the registry: a statement by a person at a moment, which is never changed afterwards.

Its id is a hash of what it says, so it has the same id on every laptop, and a damaged one shows.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from host_tools.errors import RegistryError
from host_tools.naming import NAME, NAME_BOUND
from host_tools.text import safe, shows_whole

BIND = "bind"  # this board is on this pole
COMMISSION = "commission"  # this pole was tried, and how it went

Position = tuple[float, float]  # latitude, longitude: degrees

LAST_SECOND = 253_402_300_799  # Unix s: the end of the year 9999

_TEXT_MOST = 200
_TEXT_BOUND = f"must have at most {_TEXT_MOST} characters, all of which can be printed"
_ID_DIGITS = 32
_ID = re.compile(rf"[0-9a-f]{{{_ID_DIGITS}}}")
_MAC = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")


@dataclass(frozen=True)
class Entry:
    """``at``: Unix s.  ``replaces``: ids of the entries it takes the place of.  ``record``: that of a commissioning.

    ``nonce`` tells two entries apart that say the same in the same second, of which the first may be replaced already.
    """

    kind: str
    site: str
    pole: str
    mac: str
    at: int
    by: str = ""
    position: Position | None = None
    reason: str = ""
    replaces: tuple[str, ...] = ()
    record: Mapping[str, Any] | None = None
    nonce: str = ""
    id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "replaces", tuple(sorted(self.replaces)))
        object.__setattr__(self, "id", id_of(self.content()))

    def __hash__(self) -> int:
        return hash(self.id)

    def content(self) -> str:
        """What it says, as JSON with one spelling."""
        said = {
            "kind": self.kind, "site": self.site, "pole": self.pole, "mac": self.mac, "at": self.at, "by": self.by,
            "position": self.position, "reason": self.reason, "replaces": self.replaces, "record": self.record,
            "nonce": self.nonce,
        }  # fmt: skip
        return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def id_of(content: str) -> str:
    """The id of an entry which says *content*."""
    return hashlib.sha256(content.encode()).hexdigest()[:_ID_DIGITS]


def from_content(content: str) -> Entry:
    """The entry that says *content*.  Raises ValueError, KeyError or TypeError where it makes no sense."""
    said = json.loads(content)
    position = said["position"]
    return Entry(
        kind=str(said["kind"]), site=str(said["site"]), pole=str(said["pole"]), mac=str(said["mac"]),
        at=int(said["at"]), by=str(said["by"]),
        position=None if position is None else (position[0], position[1]),
        reason=str(said["reason"]), replaces=tuple(map(str, said["replaces"])), record=said["record"],
        nonce=str(said["nonce"]),
    )  # fmt: skip


def check_sound(entry: Entry) -> None:
    """Raises ValueError for values that no registry writes: an entry from outside stays for good once it is merged.

    The sentence names the field and its bound, and repeats nothing of what it says.
    """
    wrong = (
        ("kind", entry.kind not in (BIND, COMMISSION), f"must be {BIND} or {COMMISSION}"),
        ("site", not NAME.fullmatch(entry.site), NAME_BOUND),
        ("pole", not NAME.fullmatch(entry.pole), NAME_BOUND),
        ("mac", not (_MAC.fullmatch(entry.mac) or (entry.mac == "" and entry.kind == COMMISSION)), "must be six bytes"),
        ("at", not 0 <= entry.at <= LAST_SECOND, "must be a time before the year 10000"),
        ("by", not _is_text(entry.by), _TEXT_BOUND),
        ("reason", not _is_text(entry.reason), _TEXT_BOUND),
        ("nonce", not re.fullmatch("[0-9a-zA-Z]{0,64}", entry.nonce), "must be at most 64 letters and digits"),
        ("replaces", not all(isinstance(one, str) and _ID.fullmatch(one) for one in entry.replaces), "must be ids"),
        ("position", not _is_position(entry.position), "must be latitude and longitude in degrees"),
        ("record", not (entry.record is None or isinstance(entry.record, dict)), "must be an object"),
    )
    for field_, is_wrong, bound in wrong:
        if is_wrong:
            raise ValueError(f"its {field_} {bound}")


def _is_text(text: str) -> bool:
    return len(text) <= _TEXT_MOST and shows_whole(text)


def _is_position(position: Any) -> bool:
    if position is None:
        return True
    if len(position) != 2 or any(isinstance(part, bool) or not isinstance(part, int | float) for part in position):
        return False
    return bool(abs(position[0]) <= 90 and abs(position[1]) <= 180)


def checked_mac(text: str) -> str:
    """*text*, a MAC in any usual notation, as `aa:bb:cc:dd:ee:ff`.  Raises RegistryError."""
    digits = re.sub(r"[:.\s-]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{12}", digits):
        raise RegistryError(f"the MAC is {text!r} and must be six bytes such as 24:6f:28:aa:bb:cc")
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def checked_name(what: str, text: str) -> str:
    """*text*, the name of a *what* (a pole, a site).  Raises RegistryError."""
    if not NAME.fullmatch(text):
        raise RegistryError(f"the {what} is {text!r} and {NAME_BOUND}")
    return text


def checked_text(what: str, text: str) -> str:
    """*text* on one line, with what cannot be printed as "?".  Raises RegistryError where it is too long."""
    plain = safe(" ".join(text.split()))
    if len(plain) > _TEXT_MOST:
        raise RegistryError(f"the {what} has {len(plain)} characters and must have at most {_TEXT_MOST}")
    return plain


def checked_position(position: Position | None) -> Position | None:
    """*position* to the seventh decimal (a centimetre).  Raises RegistryError where it is not on Earth."""
    if position is None:
        return None
    latitude, longitude = position
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise RegistryError(
            f"the position is {latitude}, {longitude} and must be latitude -90 to 90, longitude -180 to 180"
        )
    return round(float(latitude), 7), round(float(longitude), 7)
