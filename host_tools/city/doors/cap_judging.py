"""What is to be done with an alert: shown only, obeyed at once, put before a person, or it ends others; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from host_tools.city.commands.limits import AHEAD_S, EMERGENCY_S
from host_tools.city.doors.cap_reading import ALL_CLEAR, Alert, Info
from host_tools.language.language import Spoken
from host_tools.site.door_files import CapSettings

SHOW, LIGHT, ASK, END = "show", "light", "ask", "end"
WITHOUT_END_S = 2 * 3600  # an alert holds for so long that does not say until when
EARLIER_S = 3600  # the light is there before what is expected


@dataclass(frozen=True)
class Verdict:
    """*does* is one of the above, *why* a sentence where that is not LIGHT.  Times are Unix s."""

    does: str
    why: Spoken | None = None
    begins: int = 0
    ends: int = 0
    headline: str = ""
    infos: tuple[Info, ...] = ()

    @property
    def polygons(self) -> list[str]:
        return list(dict.fromkeys(one for info in self.infos for one in info.polygons))

    @property
    def circles(self) -> list[str]:
        return list(dict.fromkeys(one for info in self.infos for one in info.circles))

    @property
    def links(self) -> list[str]:
        return list(dict.fromkeys(one for info in self.infos for one in info.links))


def judge(alert: Alert, settings: CapSettings, now: int) -> Verdict:
    """The verdict on *alert* at *now* (Unix s)."""
    headline = _headline(alert.infos)
    if alert.status != "Actual":
        return Verdict(SHOW, Spoken("doors.cap_status", status=alert.status), headline=headline)
    if alert.kind in ("Ack", "Error"):
        return Verdict(SHOW, Spoken("doors.cap_kind", kind=alert.kind), headline=headline)
    if alert.kind == "Cancel":
        return Verdict(END, headline=headline)
    if alert.kind == "Update" and alert.infos and all(ALL_CLEAR in info.responses for info in alert.infos):
        return Verdict(END, Spoken("doors.cap_all_clear"), headline=headline)
    if not alert.infos:
        return Verdict(SHOW, Spoken("doors.cap_no_info"))
    grave = tuple(info for info in alert.infos if _is_grave(info, settings))
    chosen = grave or alert.infos
    begins, ends = _span(alert, chosen, now)
    headline = _headline(chosen)
    if ends <= now:
        return Verdict(SHOW, Spoken("doors.cap_over"), begins, ends, headline, chosen)
    doubt = next((info.doubt for info in chosen if info.doubt), "")
    why: Spoken | None = None
    if alert.sender not in settings.senders:
        why = Spoken("doors.cap_sender", sender=alert.sender)
    elif not grave:
        first = chosen[0]
        why = Spoken("doors.cap_class", urgency=first.urgency or "-", severity=first.severity or "-")
    elif doubt:
        why = Spoken("doors.cap_doubt", field=doubt)
    elif begins > now + AHEAD_S:
        why = Spoken("doors.cap_far")
    return Verdict(ASK if why else LIGHT, why, begins, ends, headline, chosen)


def refers(references: str, sender: str, identifier: str) -> bool:
    """Whether *references* of an alert mean the one of *sender* called *identifier*."""
    if f" {sender},{identifier}," in f" {references}":
        return True
    return identifier in references.split()  # some name the identifier alone


def _is_grave(info: Info, settings: CapSettings) -> bool:
    return (
        info.urgency in settings.urgencies and info.severity in settings.severities and ALL_CLEAR not in info.responses
    )


def _span(alert: Alert, infos: Iterable[Info], now: int) -> tuple[int, int]:
    """From when until when it lights: of several infos the earliest and the latest; a day at most."""
    starts, ends = [], []
    for info in infos:
        starts.append(max(info.effective or 0, (info.onset or 0) - EARLIER_S))
        since = max(alert.sent, info.effective or 0, info.onset or 0)
        ends.append(info.expires if info.expires is not None else since + WITHOUT_END_S)
    begins, end = max(now, min(starts)), max(ends)
    if begins >= end:
        begins = now
    return begins, min(end, begins + EMERGENCY_S)


def _headline(infos: Iterable[Info]) -> str:
    """For the poles: the English one where there is one."""
    listed = sorted(infos, key=lambda info: not info.language.lower().startswith("en"))
    return next((info.headline or info.event for info in listed if info.headline or info.event), "")
