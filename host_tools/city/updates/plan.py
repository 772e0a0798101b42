"""Which poles a release is brought to, in which wave, and which it is not brought to, and why; pure.

The verb asks it for a dry run, the page before a rollout is written, and the receiver before anything is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from host_tools.boards.flash_layout import has_one_image
from host_tools.city.commands.limits import DARKENED
from host_tools.city.rollouts import waves
from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.rollouts.ruling import ROLE, Ruling
from host_tools.city.rollouts.waves import Member
from host_tools.city.updates.kept_release import Release
from host_tools.language.sentence import Sentence
from host_tools.release.manifest import numbers
from host_tools.site.model import Site
from host_tools.text import quoted
from host_tools.wire.from_pole import App

# why a pole is left out
THERE, NEVER, NO_APP, NO_PACKAGE, ONE_IMAGE, NEWER, UNDONE, SERIAL, OTHER_KEY = (
    "there", "neverHeard", "takesNoUpdates", "noPackage", "oneImage", "newer", "undone", "newerSerial", "otherKey",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """*waves*: {pole: its wave}, in the order of their turns.  *left_out*: {why: poles}.  *feeders*: of the former.

    *offline*, *unsaid*: how many of the former have no session, and do not say which key for updates they have.
    """

    waves: Mapping[str, int]
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    feeders: frozenset[str] = frozenset()
    offline: int = 0
    unsaid: int = 0

    def first(self, wave: int, most: int = 6) -> list[str]:
        """At most *most* of the poles of *wave*."""
        return [name for name, its in self.waves.items() if its == wave][:most]

    def counts(self) -> dict[int, int]:
        """{wave: poles}"""
        out: dict[int, int] = {}
        for wave in self.waves.values():
            out[wave] = out.get(wave, 0) + 1
        return out


def plan(site: Site, release: Release, meant: Collection[str], known: Mapping[str, Pole]) -> Plan:
    """The plan of *release* for the poles *meant* of *site*, as the store has *known* them."""
    members: list[Member] = []
    unsaid = 0
    out: dict[str, list[str]] = {}
    for name in sorted(meant):
        one, pole = site.by_name[name], known.get(name)
        why = NEVER if pole is None else left_out(pole, release, one.board)
        if why:
            out.setdefault(why, []).append(name)
        elif pole is not None:
            unsaid += not (pole.app and pole.app.key)
            members.append(Member(name, pole.board or one.board, one.feeder, pole.online is not False))
    offline = sum(not one.online for one in members)
    named = {why: tuple(names) for why, names in sorted(out.items())}
    return Plan(waves.plan(members), named, frozenset(one.feeder for one in members), offline, unsaid)


def left_out(pole: Pole, release: Release, board: str) -> str:
    """Why *pole* does not get *release*; "" where it does.  *board*: of the site's files."""
    if pole.version is None:
        return NEVER
    app, runs = pole.app, pole.image if release.is_image else pole.app
    if runs is not None and is_of(runs, release) and (pole.board or board) in release.packages:
        return "" if runs.probation else THERE
    if why := refusal_of(app, pole.board or board, release):
        return why
    if runs is None:  # which MicroPython it has it judges itself
        return ""
    if runs.reverted and runs.serial == release.serial:
        return UNDONE
    if numbers(runs.version) > numbers(release.version) and not release.downgrade:
        return NEWER
    return ""


def is_of(runs: App, release: Release) -> bool:
    """Whether what a birth says that its pole *runs*, the app or its MicroPython, is *release*.

    Of an image a birth has the serial from its download on, while the former one still runs, whose version it says.
    """
    if runs.version != release.version:
        return False
    return not release.is_image or (runs.serial == release.serial and not runs.reverted)


def refusal_of(app: App | None, board: str, release: Release) -> str:
    """Why a pole with that *board*, whose birth says that it runs *app*, would refuse *release* as it is now; "" where
    it would not."""
    if app is None:
        return NO_APP
    if board not in release.packages:
        return ONE_IMAGE if release.is_image and has_one_image(board) else NO_PACKAGE
    if app.key and app.key != release.print:
        return OTHER_KEY
    if app.serial is not None and app.serial > release.serial:
        return SERIAL
    return ""


def _why_none(found: Plan) -> str:
    said = [Sentence(f"updates.none_{why}", count=len(names)) for why, names in found.left_out.items()]
    if not said:
        return Sentence("updates.none_meant")
    out = said[-1]
    for one in reversed(said[:-1]):
        out = Sentence("updates.none_and", first=one, why=out)
    return out


def ruling(role: str, found: Plan, others: int) -> Ruling:
    """Whether the plan *found* may begin; *others*: poles that one person alone brought other releases to lately."""
    if role != ROLE:
        return Ruling(Sentence("rollouts.role", role=quoted(role, 40), wanted=ROLE))
    if not found.waves:
        return Ruling(Sentence("updates.reaches_none", why=_why_none(found)))
    if len(found.waves) + others > DARKENED:
        if others:
            return Ruling(
                second=Sentence("updates.many_with", poles=len(found.waves), others=others, limit=DARKENED)
            )  # fmt: skip
        return Ruling(second=Sentence("updates.many", poles=len(found.waves), limit=DARKENED))
    return Ruling()
