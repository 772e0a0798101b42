"""Rules for the names of sites, poles and groups, which are used in topics, on labels and in file names."""

from __future__ import annotations

import re

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
NAME_BOUND = "must be 1 to 32 letters, digits, dots, dashes or underscores and start with a letter or digit"

MOST_ROOT = 64  # characters
ROOT_BOUND = f"must be names joined by / such as diya/1, at most {MOST_ROOT} characters"


def is_root(text: str) -> bool:
    """Whether *text* can stand at the head of every topic of a site."""
    return len(text) <= MOST_ROOT and all(NAME.fullmatch(part) for part in text.split("/"))
