"""A work order in words of the page's language: for the page, the print, the crew's phone and the CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.city.alarms.order_progress import Progress
from host_tools.city.alarms.photos import Photo
from host_tools.city.console import fault_words as words
from host_tools.city.console.alarm_view import MOST_NAME, AlarmWords, Line
from host_tools.city.console.page import iso, moment
from host_tools.language.language import Language
from host_tools.site.model import Site
from host_tools.spreadsheet import cell
from host_tools.text import safe, text

Photos = Mapping[tuple[int, str], Sequence[Photo]]  # by (order, pole)

COLUMNS = (
    "order", "stop", "pole", "label", "ward", "feeder", "latitude", "longitude", "alarm", "kind", "meaning", "since",
    "evidence", "carry", "state", "note",
)  # fmt: skip


@dataclass(frozen=True)
class PhotoView:
    """A photo: *what* says when it was taken, and by whom."""

    number: int
    what: str


@dataclass(frozen=True)
class StopView:
    """A stop: *geo* is a geo: address for the phone's own map, empty where the place is not known."""

    pole: str
    called: str
    place: str
    geo: str
    state: str
    visited: str
    lines: tuple[Line, ...]
    photos: tuple[PhotoView, ...]


@dataclass(frozen=True)
class OrderView:
    """An order with its *stops* in driving order; *late*: its time is over and not all is closed."""

    number: int
    crew: str
    made: str
    made_by: str
    due: str
    due_iso: str
    late: bool
    km: str
    state: str
    alarms: int
    closed: int
    carry: tuple[tuple[int, str], ...]
    note: str
    stops: tuple[StopView, ...]


class OrderWords:
    """Makes views of orders at *now* (Unix s)."""

    def __init__(self, said: Language, site: Site | None, zone: ZoneInfo, now: int) -> None:
        self._said, self._zone, self._now = said, zone, now
        self._known = site.by_name if site else {}
        self._alarms = AlarmWords(said, site, zone, now)

    def view(self, one: Progress, photos: Photos | None = None, stops: bool = True) -> OrderView:
        """*one* in words, with its *stops* or without; *photos* by (order, pole)."""
        order = one.order
        late = order.due is not None and order.due < self._now and one.state != "done"
        return OrderView(
            order.number, text(order.crew, MOST_NAME), moment(order.made_at, self._zone),
            text(order.made_by, MOST_NAME), moment(order.due, self._zone), iso(order.due, self._zone), late,
            f"{order.metres / 1000:.1f}", one.state, len(one.states), one.closed,
            tuple((count, words.part(what, self._said)) for count, what in order.carried), text(one.note, 500),
            tuple(self._stops(one, photos or {})) if stops else (),
        )  # fmt: skip

    def _stops(self, one: Progress, photos: Photos) -> Iterator[StopView]:
        for stop in one.stops:
            taken = photos.get((one.order.number, stop.pole), ())
            known = self._known.get(stop.pole)
            parts = (known.ward, known.feeder, known.road_class) if known else ()
            yield StopView(
                stop.pole, text(known.called if known else stop.pole, MOST_NAME),
                " · ".join(part for part in parts if part),
                f"geo:{known.latitude:.6f},{known.longitude:.6f}" if known else "", stop.state,
                moment(stop.visited, self._zone), tuple(self._alarms.lines(stop.alarms)),
                tuple(self._photo(each) for each in taken),
            )  # fmt: skip

    def _photo(self, one: Photo) -> PhotoView:
        at, who = moment(one.at, self._zone), text(one.who, MOST_NAME)
        return PhotoView(one.number, self._said.say("console_orders.photo_of", pole=one.pole, at=at, who=who))

    def csv(self, one: Progress) -> Iterator[list[str]]:
        """The rows of COLUMNS, one an alarm at a stop, safe for a spreadsheet."""
        for place, stop in enumerate(one.stops, 1):
            known = self._known.get(stop.pole)
            site: list[Any] = [known.label, known.ward, known.feeder, known.latitude, known.longitude] if known else []
            head = [one.order.number, place, safe(stop.pole), *(site or [""] * 5)]
            for line in self._alarms.lines(stop.alarms) if stop.alarms else [None]:
                told = (
                    [
                        line.number,
                        line.kind,
                        line.sentence,
                        line.since,
                        line.evidence,
                        line.carry,
                        line.state,
                        line.note,
                    ]
                    if line
                    else [""] * 8
                )
                yield [cell(value) for value in (*head, *told)]
