"""One entry of the registry: a statement by a person at a moment, which nobody changes afterwards.

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

BIND = "bind"  # this board is on this pole
COMMISSION = "commission"  # this pole was tried, and how it went

Position = tuple[float, float]  # latitude, longitude: degrees

_TEXT_MOST = 200
_ID_DIGITS = 32


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
        reason=str(said["reason"]), replaces=tuple(said["replaces"]), record=said["record"],
        nonce=str(said["nonce"]),
    )  # fmt: skip


def checked_mac(text: str) -> str:
    """*text*, in whatever way a MAC is written, as `aa:bb:cc:dd:ee:ff`.  Raises RegistryError."""
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
    """*text* without what would break a line.  Raises RegistryError where it is too long."""
    plain = " ".join(text.split())
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
