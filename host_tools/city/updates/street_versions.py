"""Which software the poles of the street run, by their births."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store.tables import pole
from host_tools.city.updates.confirmed import confirmed, known_since
from host_tools.release.manifest import numbers
from host_tools.text import text
from host_tools.wire.from_pole import App, app_of, image_of
from host_tools.wire.payload import parsed

MOST_NAMED = 200  # poles of a line


@dataclass(frozen=True)
class Runs:
    """What one pole runs: *app*, None where its firmware takes no updates and says *firmware* alone.

    *image*: the MicroPython of a pole that was sent one, else None.
    """

    name: str
    board: str
    online: bool
    firmware: str
    app: App | None
    image: App | None = None

    @property
    def version(self) -> str:
        return self.app.version if self.app else self.firmware


@dataclass
class VersionLine:
    """One *version* in the street: how many poles, on which boards, and those of them to look at.

    *image*: it is one of MicroPython, of the poles that were sent an image.
    """

    version: str
    poles: int = 0
    offline: int = 0
    boards: dict[str, int] = field(default_factory=dict)
    probation: list[str] = field(default_factory=list)
    reverted: list[tuple[str, str]] = field(default_factory=list)  # pole, why it went back to this one
    updatable: bool = True
    image: bool = False

    @property
    def title(self) -> str:
        """What people call it."""
        return f"MicroPython {self.version}" if self.image else self.version

    def count(self, one: Runs, runs: App | None) -> None:
        """Counts the pole *one*, and which of its software *runs*."""
        self.poles += 1
        self.offline += not one.online
        self.boards[one.board] = self.boards.get(one.board, 0) + 1
        if runs and runs.probation and len(self.probation) < MOST_NAMED:
            self.probation.append(one.name)
        elif runs and runs.reverted and len(self.reverted) < MOST_NAMED:
            self.reverted.append((one.name, runs.reverted))


def software(connection: Connection, names: Iterable[str] | None = None) -> list[Runs]:
    """What each pole that was ever born runs, or those of *names*, by their names."""
    wanted = (
        sa.select(pole.c.id, pole.c.name, pole.c.online, pole.c.birth)
        .where(pole.c.birth.isnot(None))
        .order_by(pole.c.name)
    )
    if names is not None:
        wanted = wanted.where(pole.c.name.in_(list(names)))
    out, those = [], confirmed(connection)
    for key, name, online, birth in connection.execute(wanted):
        said = parsed(str(birth).encode()) or {}
        firmware, board = text(said.get("firmware"), 24), text(said.get("board"), 32)
        app = known_since(app_of(said), key, those)
        image = known_since(image_of(said), key, those)
        out.append(Runs(str(name), board, online is not False, firmware, app, image))
    return out


def keys_in_force(poles: Iterable[Runs]) -> dict[str, list[str]]:
    """{print of a key for updates: the poles that have it in force, by their births}, the most frequent first.

    "" is for those which take updates and do not say which, or have none.
    """
    found: dict[str, list[str]] = {}
    for one in poles:
        if one.app:
            found.setdefault(one.app.key, []).append(one.name)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def versions(poles: Iterable[Runs]) -> list[VersionLine]:
    """A line for each version that *poles* run, the highest first."""
    lines: dict[tuple[str, bool], VersionLine] = {}
    for one in poles:
        line = lines.setdefault((one.version, one.app is not None), VersionLine(one.version, updatable=bool(one.app)))
        line.count(one, one.app)
    return sorted(lines.values(), key=lambda one: (one.updatable, numbers(one.version) if one.updatable else ()))[::-1]


def image_versions(poles: Iterable[Runs]) -> list[VersionLine]:
    """A line for each version of MicroPython on those of *poles* that were sent an image, the highest first."""
    lines: dict[str, VersionLine] = {}
    for one in poles:
        if one.image:
            version = one.image.version
            lines.setdefault(version, VersionLine(version, image=True)).count(one, one.image)
    return sorted(lines.values(), key=lambda one: numbers(one.version))[::-1]
