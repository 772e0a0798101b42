"""Writes the text of a label's QR code, and parses it from a scanner's or a person's input."""

from __future__ import annotations

from host_tools.errors import CommandError
from host_tools.naming import NAME, NAME_BOUND

SCHEME = "diya:"


def label_text(site: str, pole: str) -> str:
    """What the QR code of *pole*'s label says: `diya:SITE/POLE`."""
    return f"{SCHEME}{site}/{pole}"


def parse_label(text: str) -> tuple[str, str]:
    """(site, pole) of a scanned label; a plain pole name is taken too, with "" for the site.  Raises CommandError."""
    said = text.strip()
    plain = said[len(SCHEME) :] if said[: len(SCHEME)].lower() == SCHEME else said
    site, slash, pole = plain.rpartition("/")
    if (slash and not NAME.fullmatch(site)) or not NAME.fullmatch(pole) or (plain != said and not slash):
        raise CommandError(
            f"the label says {said[:60]!r} and must say {SCHEME}SITE/POLE, or be a pole's name, which {NAME_BOUND}"
        )
    return site, pole
