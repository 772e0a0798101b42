"""A label as SVG, for engravers and printers of single labels."""

from __future__ import annotations

from xml.sax.saxutils import escape

from host_tools.labels.drawing import CAPITAL_EM, draw


def svg_of(site: str, pole: str, width: float, height: float) -> str:
    """The label of *pole* as an SVG document of *width* x *height* millimetres."""
    label = draw(site, pole, width, height)
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
        f' viewBox="0 0 {_mm(width)} {_mm(height)}" font-family="Helvetica, Arial, sans-serif" text-anchor="middle">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n<path d="{bars}"/>{lines}\n</svg>\n'
    )


def _mm(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
