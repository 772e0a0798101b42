"""Examines the registry of boards and poles: whether it can be read and written, and has open questions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from host_tools.errors import RegistryError
from host_tools.field.doctor.finding import Finding, ok, problem, warning
from host_tools.registry.store import Registry


def registry(path: Path) -> Iterator[Finding]:
    try:
        known = Registry(path).bindings()
    except RegistryError as error:
        yield problem("registry", str(error), "name another with --registry, or merge another laptop's into a new one")
        return
    place = path if path.exists() else next(folder for folder in path.absolute().parents if folder.exists())
    if not os.access(place, os.W_OK) or (path.exists() and not os.access(path.parent, os.W_OK)):
        yield problem("registry", f"{path} cannot be written", f"make {place} yours, or name another with --registry")
        return
    if questions := known.conflicts():
        yield warning(
            "registry", f"questions: {len(questions)}, such as: {questions[0].sentence}",
            "`diya registry list` shows them, `diya registry bind MAC POLE --replace` answers one",
        )  # fmt: skip
        return
    yield ok("registry", f"{path}, boards on poles: {len(known.holding)}" if path.exists() else f"{path}, none yet")
