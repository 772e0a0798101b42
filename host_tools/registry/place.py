"""The path of the registry's file."""

from __future__ import annotations

import os
from pathlib import Path

from host_tools.user_folders import data_folder

VARIABLE = "DIYA_REGISTRY"


def registry_path(chosen: Path | None = None) -> Path:
    """*chosen*, else what DIYA_REGISTRY names, else `diya/registry.sqlite` in XDG_DATA_HOME or ~/.local/share."""
    if chosen:
        return chosen
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    return data_folder() / "registry.sqlite"
