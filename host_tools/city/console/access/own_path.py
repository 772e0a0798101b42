"""Where a form or a login may lead to: a path of this console."""

from __future__ import annotations

import re

# no second slash or backslash, which browsers take for a host; no blank or control character, which they leave out
_OWN = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\x9f]{0,2000}")


def own(path: str) -> str:
    """*path* where it is one of this console, else the map."""
    return path if _OWN.fullmatch(path) else "/"
