"""`diya label`: QR labels for a site's poles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from host_tools.errors import CommandError
from host_tools.output import json_option, say_json, waiting
from host_tools.output_file import try_output
from host_tools.site.load import load_site
from host_tools.site.model import Pole, Site
from host_tools.verbs.options import check_whom, site_option, whom_options


@click.command(help="Print QR labels for poles of a site: a PDF that fills sheets of labels, or an SVG file each.")
@site_option
@whom_options
@click.option(
    "--pdf", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF to write (default: labels.pdf, unless --svg is given).",
)  # fmt: skip
@click.option(
    "--svg", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path), help="Write POLE.svg files into it."
)
@click.option(
    "--sheet", "sheet_name", metavar="NAME", default="L7160", show_default=True,
    help="Which labels: L7160 (63.5 x 38.1 mm, 21 on A4), L7163 (99.1 x 38.1, 14), L7165 (99.1 x 67.7, 8) or"
    " 5160 (US Letter, 30).",
)  # fmt: skip
@click.option("--skip", metavar="N", type=int, default=0, help="Labels of the first sheet that are used already.")
@json_option
def label(
    site: str, poles: tuple[str, ...], group: str | None, everyone: bool, pdf: Path | None, svg: Path | None,
    sheet_name: str, skip: int, as_json: bool,
) -> None:  # fmt: skip
    from host_tools.field.labels import SHEETS, Named, file_names, svg_of, write_pdf

    check_whom(poles, group, everyone)
    sheet = SHEETS.get(sheet_name)
    if sheet is None:
        raise CommandError(f"--sheet is {sheet_name!r} and must be one of {', '.join(SHEETS)}")
    if not 0 <= skip < sheet.labels:
        raise CommandError(f"--skip is {skip} and must be 0 to {sheet.labels - 1}: a {sheet.name} has {sheet.labels}")
    known = load_site(site)
    labels = [Named(known.name, pole.name, pole.label) for pole in _chosen(known, poles, group)]
    if not svg:
        pdf = pdf or Path("labels.pdf")
    if pdf:
        try_output("--pdf", pdf)
    files: list[Path] = []
    pages = 0
    if svg:
        names = file_names(label.pole for label in labels)
        svg.mkdir(parents=True, exist_ok=True)
        with waiting("writing labels") as bar:
            for at, label in enumerate(labels):
                files.append(svg / names[label.pole])
                text = svg_of(label.site, label.pole, sheet.width, sheet.height, label.title)
                files[-1].write_text(text, encoding="utf-8")
                bar(len(labels), len(labels) - at - 1)
    if pdf:
        files.append(pdf)
        with waiting("drawing labels") as bar:
            pages = write_pdf(pdf, labels, sheet, skip, bar)
    if as_json:
        say_json({"labels": len(labels), "sheet": sheet.name, "pages": pages, "files": [str(file) for file in files]})
        return
    if svg:
        click.echo(f"{len(labels)} labels written to {svg}.")
        if renamed := sum(f"{label.pole}.svg" != names[label.pole] for label in labels):
            click.echo(f"warning: {renamed} of them have ~ in their names: their poles differ by capitals only.")
    if pages:
        click.echo(
            f"{len(labels)} labels on {pages} {_sheets(pages)} {sheet.name} written to {files[-1]}; print it at 100 %."
        )


def _chosen(site: Site, names: Sequence[str], group: str | None) -> Sequence[Pole]:
    """The poles meant, in the order of the site's file."""
    if group is not None:
        if not (found := site.in_group(group)):
            raise CommandError(f"the group {group!r} is not in the site: name one of {', '.join(site.groups())}")
        return found
    if not names:
        return site.poles
    if missing := [name for name in names if name not in {pole.name for pole in site.poles}]:
        raise CommandError(f"the pole {missing[0]!r} is not in the site {site.name}: name one of its poles.csv")
    return [pole for pole in site.poles if pole.name in names]


def _sheets(pages: int) -> str:
    return "sheet" if pages == 1 else "sheets"
