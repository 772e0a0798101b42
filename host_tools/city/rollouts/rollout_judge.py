"""The receiver's judgement of a rollout: examined beside the loop, for it takes seconds, then ruled on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from host_tools.city.commands.second_person import SecondPersons
from host_tools.city.rollouts import rollout_rows
from host_tools.city.rollouts.examine import Examined, examine, read_file
from host_tools.city.rollouts.rollout_rows import Row
from host_tools.city.rollouts.ruling import ruling
from host_tools.city.store.rollout_tables import ASKS, GOING, REFUSED
from host_tools.errors import DiyaError
from host_tools.language.refusal import Refusal
from host_tools.language.sentence import Sentence
from host_tools.site import load, sections

EXAMPLES = Path(load.__file__).resolve().parents[2] / "simulator" / "sites"  # those that come with Diya
Run = Callable[[Callable[[], Examined]], "Future[Examined]"]


@dataclass(frozen=True)
class Decision:
    """The state that a rollout gets, why, which second person agreed, and what was found; that only with GOING."""

    state: str
    why: str = ""
    agreed: str = ""
    found: Examined | None = None


class RolloutJudge:
    """Judges by the site's files in *folder* (None: they are not here) and the codes of the persons in *secrets*.

    *run* runs the examination beside the caller.
    """

    def __init__(self, folder: Path | None, secrets: Path, run: Run | None = None) -> None:
        self._folder = folder
        self._persons = SecondPersons(secrets)
        self._run = run or ThreadPoolExecutor(1, "programmes").submit
        self._examined: tuple[Row, Future[Examined]] | None = None

    @property
    def busy(self) -> bool:
        return self._examined is not None

    def forget(self) -> None:
        """Drops what is being examined."""
        self._examined = None

    def take(self, new: list[Row], today: date, present: str) -> tuple[Row, Future[Examined]] | None:
        """Begins to examine the first of *new*, or returns the one that was examined, as it is in *new*.

        *present*: the sections that the poles live by, which counts where the files have the new ones already.
        """
        if self._examined is None:
            if new:
                row, folder = new[0], self._folder
                self._examined = row, self._run(lambda: _found(folder, str(row["text"]), today, present))
            return None
        row, found = self._examined
        if not found.done():
            return None
        self._examined = None
        same = [one for one in new if one["id"] == row["id"] and one["text"] == row["text"]]
        return (same[0], found) if same else None

    def decide(self, row: Row, examined: Future[Examined], others: int, wall: float) -> Decision:
        """The decision on *row*; *others*: poles darkened lately by one person alone; *wall*: Unix s of real time."""
        try:
            values, found = sections.read(row["text"]), examined.result()
            ruled = ruling(row["role"], row["base"], values, found, found.site.limits if found.site else {}, others)
            if ruled.refused:
                return Decision(REFUSED, ruled.refused)
            if not ruled.second:
                return Decision(GOING, found=found)
            if not row["second"]:
                return Decision(ASKS, Sentence("rollouts.second", why=ruled.second))
            digest = hashlib.sha256(rollout_rows.as_json(row).encode()).hexdigest()
            wrong = self._persons.check(row["second"], row["code"], row["who"], digest, int(wall))
        except DiyaError as error:
            return Decision(REFUSED, str(error))
        return Decision(ASKS, wrong) if wrong else Decision(GOING, agreed=row["second"], found=found)


def _found(folder: Path | None, text: str, today: date, present: str) -> Examined:
    if folder is None:
        raise Refusal("rollouts.no_files")
    if folder.resolve().is_relative_to(EXAMPLES):
        raise Refusal("rollouts.example")
    values, there = sections.read(text), sections.values_of(read_file(folder))
    filed = present and sections.digest(there) == sections.digest(values)  # by hand, or by another zone's receiver
    return examine(folder, values, today, sections.read(present) if filed else None)
