"""`diya site`: makes and checks a site, previews a night, configures its broker and its poles."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from host_tools.errors import CommandError
from host_tools.output import coloured, json_option, say_json, waiting
from host_tools.output_file import try_output
from host_tools.verbs.site_import import import_
from host_tools.verbs.site_new import new
from host_tools.verbs.site_poles import configure, rekey
from host_tools.verbs.site_rollout import rollout

DEFAULT = "sagar"
FILE = click.Path(path_type=Path)
PORT = click.IntRange(1, 65535)


@click.group(
    help="Make a site, check its files, see a night of it beforehand, set up its broker, bring it to its poles."
)
def site() -> None:
    pass


site.add_command(new)
site.add_command(import_)
site.add_command(configure)
site.add_command(rekey)
site.add_command(rollout)


@site.command(help="List every mistake in DIR's site.toml and poles.csv (default: the site that comes with Diya).")
@click.argument("folder", metavar="[DIR]", default=DEFAULT)
@json_option
@click.pass_context
def check(ctx: click.Context, folder: str, as_json: bool) -> None:
    from host_tools.site.check import check_site
    from host_tools.site.summary import count_kinds, summary

    verdict = check_site(folder, date.today())
    found, problems = verdict.site, verdict.problems
    if as_json:
        say_json({
            "site": found.name if found else None,
            "poles": len(found.poles) if found else 0,
            "problems": [vars(problem) for problem in problems],
            "warnings": verdict.warnings,
        })  # fmt: skip
    else:
        for line in summary(problems):
            click.echo(f"{line}.")
        for warning in verdict.warnings:
            click.echo(f"warning: {warning}.")
        if found and not problems:
            click.echo(
                f"{found.title}: {len(found.poles)} poles, {len(found.programmes)} programmes, "
                f"{len(found.rules)} rules, {len(found.luminaires)} luminaires: sound."
            )
    if problems:
        count, kinds = len(problems), count_kinds(problems)
        of = f" of {kinds} kinds" if kinds < count else ""
        of = of if kinds > 1 or not of else " of one kind"
        click.echo(f"diya: {folder} has {count} mistake{'s' if count > 1 else ''}{of}.", err=True)
        ctx.exit(1)


@site.command(help="Plot the night that starts on the evening of DATE, by the poles' own calendar.")
@click.argument("folder", metavar="[DIR]", default=DEFAULT)
@click.option("--date", "night_of", metavar="YYYY-MM-DD", help="Date of the evening (default: today's).")
@click.option("--group", metavar="G", help="Only poles of this road class, zone, ward or feeder.")
@click.option("--png", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write a PNG as well.")
@json_option
def preview(folder: str, night_of: str | None, group: str | None, png: Path | None, as_json: bool) -> None:
    from host_tools.drawing.png_plot import png as draw
    from host_tools.drawing.terminal_plot import Series, night_plot
    from host_tools.site import load_site
    from host_tools.site.night_preview import OFF_BY_DAY, courses, energy_wh, power_of

    try_output("--png", png)
    place = load_site(folder)
    day = _date(night_of) if night_of else datetime.now(ZoneInfo(place.timezone)).date()
    poles = place.in_group(group) if group else place.poles
    if not poles:
        raise CommandError(f"the group is {group!r} and must be one of {', '.join(place.groups())}")
    shown = courses(place, poles, day)
    power = power_of(place, shown)
    night = shown[0].night
    marks = night.sun()
    levels = [
        Series(
            f"{course.name}, {len(course.poles)} poles",
            [*(switch.at for switch in course.switches), course.night.end],
            [*(switch.level for switch in course.switches), course.switches[-1].level],
        )
        for course in shown
    ]
    title = f"{place.title}, night of {day:%d %b %Y}" + (f", {group}" if group else "") + f", {len(poles)} poles"
    kwh = energy_wh(power, night.end) / 1000
    if png:
        draw(
            png, [*levels, power], marks, timezone=place.timezone, title=title, subtitle=f"{kwh:.1f} kWh by the tables"
        )
    if as_json:
        say_json({
            "site": place.name, "date": day.isoformat(), "group": group, "poles": len(poles),
            "energyKWh": round(kwh, 3),
            "sun": {mark.label: mark.at for mark in marks},
            "programmes": [
                {"name": course.name, "poles": [pole.name for pole in course.poles],
                 "switches": [{"at": s.at, "level": s.level, "reason": s.reason} for s in course.switches]}
                for course in shown
            ],
            "power": {"at": list(power.times), "activePower": list(power.values)},
        })  # fmt: skip
        return
    width, height = plot_size()
    colour = coloured()
    click.echo(
        night_plot(
            [*levels, power], marks, timezone=place.timezone, title=title, width=width, height=height, colour=colour
        ),
        color=colour,
    )
    for course in shown:
        for switch in course.night.kept_off():
            if switch.at == course.night.start:  # it came in the morning before this night
                continue
            moment = datetime.fromtimestamp(switch.at, ZoneInfo(place.timezone))
            reason = switch.reason.removesuffix(OFF_BY_DAY)
            click.echo(f"{reason} comes by day, on {moment:%d %b at %H:%M}: the lamp stays off.")
    click.echo(f"{kwh:.1f} kWh by the luminaires' tables." + (f"  Written to {png}." if png else ""))


@site.command("broker-config", help="Write a Mosquitto configuration for DIR's site: TLS, users, who may touch what.")
@click.argument("folder", metavar="[DIR]", default=DEFAULT)
@click.option(
    "--out",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Where to write it.",
)
@click.option("--ca", metavar="FILE", type=FILE, help="The city's CA (default: ca.pem in FOLDER).")
@click.option("--cert", metavar="FILE", type=FILE, help="The broker's certificate (default: server.pem in FOLDER).")
@click.option("--key", metavar="FILE", type=FILE, help="Its private key (default: server.key in FOLDER).")
@click.option("--port", metavar="PORT", type=PORT, default=8883, show_default=True, help="For the poles.")
@click.option("--city-port", metavar="PORT", type=PORT, default=8884, show_default=True, help="For the ICCC.")
@click.option("--city-bind", metavar="ADDRESS", default="", help="The ICCC's address on the broker (default: all).")
@click.option("--certificates", is_flag=True, help="Poles show a certificate instead of a password.")
@click.option(
    "--data", metavar="FOLDER", type=FILE, default="/var/lib/mosquitto", show_default=True,
    help="What the broker must not forget.",
)  # fmt: skip
@json_option
def broker_config(
    folder: str, out: Path, ca: Path | None, cert: Path | None, key: Path | None, port: int, city_port: int,
    city_bind: str, certificates: bool, data: Path, as_json: bool,
) -> None:  # fmt: skip
    from host_tools.broker.mosquitto_config import Plan, write
    from host_tools.site import load_site

    here = out.resolve()
    plan = Plan(
        (ca or here / "ca.pem").absolute(), (cert or here / "server.pem").absolute(),
        (key or here / "server.key").absolute(), port, city_port, city_bind, certificates, data.absolute(),
    )  # fmt: skip
    found = load_site(folder)
    with waiting("hashing passwords") as bar:
        written = write(found, out, plan, bar)
    if as_json:
        say_json({
            "folder": str(written.folder), "poles": written.poles, "newUsers": written.new_users,
            "files": written.files, "missing": written.missing,
        })  # fmt: skip
        return
    click.echo(f"{written.poles} poles, {written.new_users} new users; start it with:")
    click.echo(f"  mosquitto -c {written.folder / 'mosquitto.conf'}")
    click.echo(f"the passwords are in {written.folder / 'secrets'}: keep that folder to yourself.")
    for path in written.missing:
        click.echo(f"warning: {path} is not there yet, and the broker does not start without it.")


def plot_size() -> tuple[int, int]:
    """Columns and lines for a plot: the terminal's, less what is printed below it; 100 by 28 where there is none."""
    from shutil import get_terminal_size

    size = get_terminal_size((100, 30))
    return max(50, min(size.columns, 160)), max(18, min(size.lines - 2, 40))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"the date is {text!r} and must be YYYY-MM-DD such as 2026-11-08") from None
