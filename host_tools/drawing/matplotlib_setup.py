"""matplotlib, set up to draw into a file on any machine: without a screen, a home folder or fonts of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
DEVANAGARI = range(0x0900, 0x0980)


@contextlib.contextmanager
def plain_matplotlib(*texts: str) -> Iterator[None]:
    """matplotlib with fonts for *texts*, without the user's settings, formulas in names, and words on stderr.

    It would complain there of a missing home folder, of a cache that it builds, and of letters that no font has.
    """
    if "MPLBACKEND" in os.environ:  # a wrong one would end the import; a picture in a file needs none
        os.environ["MPLBACKEND"] = "agg"
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"font.family": _families(texts), "text.parse_math": False})
        yield


def _families(texts: tuple[str, ...]) -> list[str]:
    """Families for *texts*: that of Hindi first where there is Hindi, and it takes the joiners too."""
    from matplotlib import font_manager

    hindi = FONTS / "NotoSansDevanagari-Regular.ttf"
    if not any(ord(letter) in DEVANAGARI for text in texts for letter in text):
        return ["DejaVu Sans"]
    name = font_manager.FontProperties(fname=hindi).get_name()
    if name not in {font.name for font in font_manager.fontManager.ttflist}:
        font_manager.fontManager.addfont(hindi)
    return [name, "DejaVu Sans"]
