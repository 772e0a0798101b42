"""The registry of which board is on which pole: an append-only record that two laptops merge without loss.

Tests of several modules: `test_verbs` (`diya registry`, `diya label`), `test_merge`.
"""

from __future__ import annotations

from host_tools.registry.bindings import Bindings, Conflict, SeenOtherwise
from host_tools.registry.entry import Entry, Position
from host_tools.registry.label import label_text, parse_label
from host_tools.registry.place import registry_path
from host_tools.registry.store import Merged, Registry

__all__ = [
    "Bindings", "Conflict", "Entry", "Merged", "Position", "Registry", "SeenOtherwise", "label_text", "parse_label",
    "registry_path",
]  # fmt: skip
