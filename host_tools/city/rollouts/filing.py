"""Puts programmes into a site file, whole or not at all; the file as it was before is kept under its date."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from host_tools.city.rollouts.examine import read_file
from host_tools.errors import CommandError
from host_tools.files import replace_file
from host_tools.language.refusal import Refusal
from host_tools.site import sections
from host_tools.site.load import SITE_FILE, read_text
from host_tools.site.model import Site
from host_tools.site.section_splice import spliced


def file_sections(folder: Path, values: sections.Values, now: int, zone: ZoneInfo) -> bool:
    """Writes *values* into the site file in *folder* at *now* (Unix s); False where it has them already.

    Its former text stays beside it as `site.toml.DATE`, in the time of *zone*.  Raises CommandError, OSError.
    """
    text = read_file(folder)
    if sections.digest(sections.values_of(text)) == sections.digest(values):
        return False
    new = spliced(text, values)
    target = Path(os.path.realpath(folder / SITE_FILE))
    kept = target.with_name(f"{target.name}.{datetime.fromtimestamp(now, zone):%Y-%m-%dT%H%M%S}")
    replace_file(kept, text.encode())
    replace_file(target, new.encode())
    return True


def site_with(folder: Path | None, text: str) -> Site:
    """The site in *folder* (None: it is not here) with the sections *text*.  Raises CommandError."""
    if folder is None:
        raise Refusal("rollouts.no_files")
    site, problems = read_text(spliced(read_file(folder), sections.read(text)), folder)
    if site is None or problems:
        raise CommandError(str(problems[0]))
    return site
