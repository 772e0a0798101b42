"""A photo as a phone sends it, made into one that may be kept: of bounded size, and without what else the file says.

A phone writes the place, the time and its own name into a photo (EXIF), and a file that calls itself a photo may be
anything: so it is decoded, and its pixels alone are written anew.
"""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from host_tools.language.refusal import Refusal

MOST_BYTES = 8_000_000
MOST_PIXELS = 60_000_000  # of the largest cameras of phones that send all they have
MOST_SIDE = 1600  # pixels of what is kept
QUALITY = 78
FORMATS = ("JPEG", "PNG", "WEBP")


def made(sent: bytes) -> bytes:
    """*sent* as a JPEG of at most MOST_SIDE pixels a side, upright.  Raises Refusal where it is no photo."""
    if not 1 <= len(sent) <= MOST_BYTES:
        raise Refusal("alarms.photo_size", count=len(sent), most=MOST_BYTES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the bound is below, on the size it says
            with Image.open(BytesIO(sent), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Refusal("alarms.photo_pixels", width=image.width, height=image.height, most=MOST_PIXELS)
                image.draft("RGB", (MOST_SIDE, MOST_SIDE))
                upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise Refusal("alarms.photo_bad", formats=", ".join(FORMATS)) from error
    upright.thumbnail((MOST_SIDE, MOST_SIDE))
    out = BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
