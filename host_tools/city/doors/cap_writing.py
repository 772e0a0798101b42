"""Writes the street's own outages as alerts of CAP 1.2, valid by its schema, and an Atom feed of them; pure.

An outage that goes on is an Alert under `SITE-NUMBER`; when it is over, a Cancel under `SITE-NUMBER-end` refers to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from shapely.geometry import MultiPoint

from host_tools.city.commands.area import Plane
from host_tools.language.language import Language
from host_tools.text import text

CAP, ATOM = "urn:oasis:names:tc:emergency:cap:1.2", "http://www.w3.org/2005/Atom"
END = "-end"
AROUND_M = 30.0  # of the poles to the edge of the area
HOUR_S = 3600
MOST_NAME, MOST_TEXT = 60, 400
LANGUAGES = (("en", "en-IN"), ("hi", "hi-IN"))


@dataclass(frozen=True)
class Outage:
    """Poles at *places* (latitude, longitude) are dark since *began*, until *ended*, None: still.  *what* by language.

    Times are Unix s.
    """

    number: int
    began: int
    ended: int | None
    places: Sequence[tuple[float, float]]
    poles: Sequence[str]
    what: dict[str, str]


@dataclass(frozen=True)
class Sender:
    """The *site* by its name and *title*, whose clocks show *zone*."""

    site: str
    title: str
    zone: ZoneInfo
    latitude: float
    longitude: float

    @property
    def name(self) -> str:
        return f"diya.{self.site}"


def name_of(sender: Sender, outage: Outage) -> str:
    """The identifier of what is to be said of *outage* now."""
    return f"{sender.site}-{outage.number}{'' if outage.ended is None else END}"


def document(sender: Sender, outage: Outage, now: int) -> bytes:
    """The alert of *outage* at *now* (Unix s)."""
    root = ElementTree.Element("alert", xmlns=CAP)
    over = outage.ended is not None
    sent = outage.ended if outage.ended is not None else outage.began
    _add(root, "identifier", name_of(sender, outage))
    _add(root, "sender", sender.name)
    _add(root, "sent", _iso(sent, sender.zone))
    _add(root, "status", "Actual")
    _add(root, "msgType", "Cancel" if over else "Alert")
    _add(root, "scope", "Public")
    if over:
        _add(root, "references", f"{sender.name},{sender.site}-{outage.number},{_iso(outage.began, sender.zone)}")
    for code, spelt in LANGUAGES:
        _info(root, sender, outage, now, Language(code), spelt)
    return _bytes(root)


def feed(sender: Sender, outages: Iterable[Outage], address: str, now: int) -> bytes:
    """An Atom feed of *outages*, whose documents are below *address*."""
    root = ElementTree.Element("feed", xmlns=ATOM)
    _add(root, "id", address)
    _add(root, "title", text(sender.title, MOST_TEXT))
    _add(root, "updated", _iso(now, sender.zone))
    for outage in outages:
        entry = ElementTree.SubElement(root, "entry")
        link = f"{address}/{name_of(sender, outage)}"
        _add(entry, "id", link)
        _add(entry, "title", text(outage.what["en"], MOST_TEXT))
        _add(entry, "updated", _iso(outage.ended or outage.began, sender.zone))
        author = ElementTree.SubElement(entry, "author")
        _add(author, "name", sender.name)
        ElementTree.SubElement(entry, "link", rel="alternate", type="application/cap+xml", href=link)
    return _bytes(root)


def _info(root: ElementTree.Element, sender: Sender, outage: Outage, now: int, said: Language, spelt: str) -> None:
    info = ElementTree.SubElement(root, "info")
    over = outage.ended is not None
    _add(info, "language", spelt)
    _add(info, "category", "Infra")
    _add(info, "event", said.say("doors.outage_event"))
    for name, value in (
        *([("responseType", "AllClear")] if over else []), ("urgency", "Past" if over else "Immediate"),
        ("severity", "Minor"), ("certainty", "Observed"),
    ):  # fmt: skip
        _add(info, name, value)
    ends = (now // HOUR_S + 2) * HOUR_S  # who has not heard of it again by then need not believe it any more
    _add(info, "expires", _iso(ends, sender.zone))
    _add(info, "senderName", text(sender.title, MOST_TEXT))
    key = "doors.outage_over" if over else "doors.outage_headline"
    _add(info, "headline", said.say(key, count=len(outage.poles)))
    _add(info, "description", text(outage.what[said.code], MOST_TEXT))
    area = ElementTree.SubElement(info, "area")
    shown = ", ".join([*outage.poles[:5], *(["..."] if len(outage.poles) > 5 else [])])
    _add(area, "areaDesc", text(shown, MOST_TEXT))
    if outage.places:
        _add(area, "polygon", _around(sender, outage.places))


def _around(sender: Sender, places: Sequence[tuple[float, float]]) -> str:
    """The polygon around *places*, closed, latitude first."""
    plane = Plane(sender.latitude, sender.longitude)
    hull = MultiPoint(plane.ring(places)).convex_hull.buffer(AROUND_M, quad_segs=2)
    ring = [plane.degrees(east, north) for east, north in hull.exterior.coords]
    return " ".join(f"{north:.5f},{east:.5f}" for north, east in [*ring[:-1], ring[0]])


def _add(parent: ElementTree.Element, name: str, value: str) -> None:
    ElementTree.SubElement(parent, name).text = value


def _iso(unix: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(unix, zone).isoformat(timespec="seconds")


def _bytes(root: ElementTree.Element) -> bytes:
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
