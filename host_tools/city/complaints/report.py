"""What a person says: the fields of a complaint, checked, with the pole that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite

from host_tools.city.complaints.services import SERVICES
from host_tools.language.language import Spoken
from host_tools.site.model import Pole
from host_tools.site.near_places import distance_m
from host_tools.text import quoted

NEAR_M = 60
MOST_TEXT, MOST_ADDRESS, MOST_ACCOUNT, MOST_CONTACT, MOST_URL = 4000, 300, 64, 120, 500
CONTACTS = ("first_name", "last_name", "email", "phone", "device_id")


@dataclass(frozen=True)
class Report:
    """*place*: (latitude, longitude) that the person named, None without.  *who*: the token, "" of the public page.

    *account*: the number that the caller's own system gave it.  *contact*: of CONTACTS, what was given.
    """

    code: str
    pole: str
    place: tuple[float, float] | None = None
    text: str = ""
    address: str = ""
    account: str = ""
    media: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)
    lang: str = "en"
    door: str = "public"
    who: str = ""


def read(fields: Mapping[str, str], poles: Mapping[str, Pole], lang: str, door: str, who: str = "") -> Report:
    """The report of *fields*, named as Open311 names them, and ``POLE``.  An empty field is one that is not there.

    *poles*: of the site, by name.  Raises Spoken.
    """
    values = {name: value.strip() for name, value in fields.items() if value.strip()}
    code = values.get("service_code", "")
    if code not in SERVICES:
        raise Spoken("complaints.code", value=quoted(code, 20), codes=", ".join(SERVICES))
    place = place_of(values.get("lat", ""), values.get("long", ""))
    named = values.get("POLE", "") or values.get("address_id", "")
    pole = _named(named, poles) if named else _nearest(place, poles.values())
    for name, most in (("description", MOST_TEXT), ("address_string", MOST_ADDRESS), ("account_id", MOST_ACCOUNT),
                       ("media_url", MOST_URL), *((one, MOST_CONTACT) for one in CONTACTS)):  # fmt: skip
        if len(values.get(name, "")) > most:
            raise Spoken("complaints.long", field=name, count=len(values[name]), most=most)
    media = values.get("media_url", "")
    if media and not (media.startswith(("https://", "http://")) and media.isprintable() and " " not in media):
        raise Spoken("complaints.media", value=quoted(media, 60))
    contact = {name: line(values[name]) for name in CONTACTS if name in values}
    return Report(
        code, pole, place, plain(values.get("description", "")), line(values.get("address_string", "")),
        line(values.get("account_id", "")), media, contact, lang, door, who,
    )  # fmt: skip


def place_of(lat: str, long: str) -> tuple[float, float] | None:
    """The place of two texts in degrees; None where both are empty.  Raises Spoken."""
    if not lat and not long:
        return None
    try:
        north, east = float(lat), float(long)
    except ValueError:
        north = east = float("nan")
    if not (isfinite(north) and isfinite(east) and -90 <= north <= 90 and -180 <= east <= 180):
        raise Spoken("complaints.place", lat=quoted(lat, 20), long=quoted(long, 20))
    return north, east


def plain(value: str) -> str:
    """*value* without what no text has: control characters but line breaks, and lone surrogates."""
    kept = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in kept if one == "\n" or (ord(one) >= 32 and not 0xD800 <= ord(one) < 0xE000
                                                          and ord(one) not in (0x7F, 0xFFFE, 0xFFFF)))  # fmt: skip


def line(value: str) -> str:
    """*value* on one line."""
    return " ".join(plain(value).split())


def _named(name: str, poles: Mapping[str, Pole]) -> str:
    """The pole that a person calls *name*: by its number, in any case of letters, or by the city's own label."""
    if name in poles:
        return name
    wanted = name.casefold()
    found = [one.name for one in poles.values() if wanted in (one.name.casefold(), one.label.casefold())]
    if len(found) != 1:
        raise Spoken("complaints.pole", value=quoted(name, 40))
    return found[0]


def _nearest(place: tuple[float, float] | None, poles: Iterable[Pole]) -> str:
    if place is None:
        raise Spoken("complaints.where")
    away, name = min(((distance_m(place, (one.latitude, one.longitude)), one.name) for one in poles), default=(0, ""))
    if not name or away > NEAR_M:
        far = f"{away:.0f} m" if away < 10_000 else f"{away / 1000:.0f} km"
        raise Spoken("complaints.far", most=NEAR_M, pole=name or "-", away=far)
    return name
