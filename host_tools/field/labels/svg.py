"""A label as SVG, for engravers and printers of single labels."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from host_tools.field.labels.drawing import CAPITAL_EM, draw

_FONTS = "Helvetica, Arial, Noto Sans, Noto Sans Devanagari, sans-serif"


def svg_of(site: str, pole: str, width: float, height: float, title: str = "") -> str:
    """The label of *pole* as an SVG document of *width* x *height* millimetres; *title*: what the city calls it."""
    label = draw(site, pole, width, height, title)
    bars = "".join(
        f"M{_mm(bar.x)} {_mm(bar.y)}h{_mm(bar.width)}v{_mm(bar.height)}h-{_mm(bar.width)}z" for bar in label.bars
    )
    weights = (" font-weight='bold'", "")
    lines = "".join(
        f'\n<text x="{_mm(line.middle)}" y="{_mm(line.base)}" font-size="{_mm(line.size / CAPITAL_EM)}"{weight}>'
        f"{escape(line.text)}</text>"
        for line, weight in zip(label.lines, weights, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_mm(width)}mm" height="{_mm(height)}mm"'
        f' viewBox="0 0 {_mm(width)} {_mm(height)}" font-family="{_FONTS}" text-anchor="middle">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n<path d="{bars}"/>{lines}\n</svg>\n'
    )


def file_names(poles: Iterable[str]) -> dict[str, str]:
    """A file's name for each of *poles*: POLE.svg, or POLE~2.svg where the same one, but for capitals, was before it.

    Windows and macOS take p1.svg and P1.svg for one file, and Windows takes CON.svg for a device.
    """
    out: dict[str, str] = {}
    seen: dict[str, int] = {}
    for pole in poles:
        low = pole.casefold()
        seen[low] = count = seen.get(low, 0) + 1
        more = f"~{count}" if count > 1 else "~" if low.split(".")[0] in _DEVICES else ""
        out[pole] = f"{pole}{more}.svg"
    return out


_DEVICES = {"con", "prn", "aux", "nul", *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(1, 10))}


def _mm(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
