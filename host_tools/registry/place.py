"""Which file the registry is in."""

from __future__ import annotations

import os
from pathlib import Path

import click

from host_tools.user_folders import data_folder

VARIABLE = "DIYA_REGISTRY"

registry_option = click.option(
    "--registry", "registry_file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help=f"The registry of boards and poles (default: {VARIABLE}, or registry.sqlite in the user's data folder).",
)  # fmt: skip


def registry_path(chosen: Path | None = None) -> Path:
    """*chosen*, else what DIYA_REGISTRY names, else `diya/registry.sqlite` in XDG_DATA_HOME or ~/.local/share."""
    if chosen:
        return chosen
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    return data_folder() / "registry.sqlite"
