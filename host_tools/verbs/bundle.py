"""`diya bundle`: one file with all that a site's boards need to become its poles; and what is in one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from host_tools.errors import CommandError
from host_tools.output import json_option, say_json

if TYPE_CHECKING:
    from host_tools.field.bundle import Bundle

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


class _Bundle(click.Group):
    """`diya bundle SITE_DIR ...` makes one: a word that is no verb of this group is a site."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["make", *args]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or self.commands["make"]


@click.group(
    cls=_Bundle,
    subcommand_metavar="SITE_DIR ... | show FILE",
    help="Make the file a site's poles are flashed with, without a network; or look into one.",
)
def bundle() -> None:
    pass


@bundle.command(short_help="Make the bundle of SITE_DIR ('make' may be left out).")
@click.argument("folder", metavar="SITE_DIR")
@click.option(
    "--micropython", "images", metavar="FILE|VERSION", multiple=True,
    help="The chip's image from micropython.org, or the version to fetch; one for each kind of chip.",
)  # fmt: skip
@click.option("--practice", is_flag=True, help="A stand-in for MicroPython instead: for virtual poles alone.")
@click.option("--sha256", "hashes", metavar="HEX", multiple=True, help="What an image's SHA-256 must be.")
@click.option(
    "--key-file", metavar="FILE", type=FILE, required=True, help="The city's keys, a line POLE:KEY for each pole."
)
@click.option("--new-keys", is_flag=True, help="Make the keys that are missing in it.")
@click.option(
    "--signing-key", metavar="FILE", type=FILE, help="Signs the bundle (default: signing.pem beside the keys)."
)
@click.option("--new-key", is_flag=True, help="Make the signing key when there is none.")
@click.option(
    "--credentials", metavar="FOLDER", type=FOLDER,
    help="What `diya site broker-config` wrote: passwords of the poles, and ca.pem.",
)  # fmt: skip
@click.option("--ca", metavar="FILE", type=FILE, help="The broker's CA (default: ca.pem in --credentials).")
@click.option("--wifi", metavar="FILE", type=FILE, help="CSV with access_point (* for any other), ssid and password.")
@click.option("--broker", metavar="mqtt://HOST:PORT", help="The broker the poles are told (default: the site's own).")
@click.option("--date", "day", metavar="YYYY-MM-DD", help="Day from which its dates count (default: today, UTC).")
@click.option("--out", metavar="FILE.diya", type=FILE, required=True, help="Where to write it.")
@json_option
def make(
    folder: str, images: tuple[str, ...], practice: bool, hashes: tuple[str, ...], key_file: Path, new_keys: bool,
    signing_key: Path | None, new_key: bool, credentials: Path | None, ca: Path | None, wifi: Path | None,
    broker: str | None, day: str | None, out: Path, as_json: bool,
) -> None:  # fmt: skip
    """Make the file with which the poles of SITE_DIR are flashed.

    It holds MicroPython, the app compiled for exactly that, the site, and each pole's keys: keep the file secret.
    """
    from dataclasses import replace

    from host_tools.field.bundle import Bundle
    from host_tools.field.bundle.broker_files import links
    from host_tools.field.bundle.build import Ingredients, build
    from host_tools.field.bundle.bundle import write
    from host_tools.field.bundle.sources import city_keys, practice_images, read_file, read_images
    from host_tools.field.bundle.warnings import warnings_of
    from host_tools.keys.signing import fingerprint, read_signer
    from host_tools.site import load_site
    from host_tools.site.broker_address import parse_broker
    from host_tools.site.load import find_site
    from host_tools.verbs.keys import warn_shared

    if practice == bool(images):
        raise click.UsageError("Name MicroPython by --micropython FILE or VERSION; or take --practice, not both.")
    site = load_site(folder)
    if broker:
        parse_broker(broker)
        site = replace(site, broker=broker)
    begin = _day(day)
    sums = _hashes(hashes)
    found = practice_images(site) if practice else read_images(site, images, sums, find_site(folder))
    ca = ca or (credentials / "ca.pem" if credentials and (credentials / "ca.pem").exists() else None)
    pem = read_file(ca, "the CA") if ca else None
    own = links(site, credentials, wifi)
    signer = read_signer(signing_key or key_file.with_name("signing.pem"), new_key)
    keys, made = city_keys(key_file, [pole.name for pole in site.poles], new_keys)
    warn_shared(key_file)
    write(out, build(Ingredients(site, found, keys, begin, own, pem), signer))
    written = Bundle.open(out)
    versions = {chip: image.version for chip, image in found.items()}
    warnings = list(warnings_of(site, bool(wifi), written.practice, versions))
    if as_json:
        say_json({**_report(written, out), "newKeys": made, "warnings": warnings})
        return
    _show(written, out)
    if made:
        click.echo(f"{len(made)} new keys are in {key_file}: keep that file, and the bundle, to yourself.")
    for sentence in warnings:
        click.echo(f"warning: {sentence}.")
    click.echo(f"Written to {out}, signed with {fingerprint(written.public)}.")


@bundle.command(help="Check the bundle FILE, and show what is in it.")
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--trust", metavar="PEM", type=FILE, help="The key that must have signed it.")
@json_option
def show(file: Path, trust: Path | None, as_json: bool) -> None:
    from host_tools.field.bundle import Bundle

    found = Bundle.open(file, trust)
    if as_json:
        say_json(_report(found, file))
    else:
        _show(found, file)


def _report(found: Bundle, file: Path) -> dict[str, Any]:
    """What is in a bundle, for programs; no secret among it."""
    from host_tools.keys.signing import fingerprint

    return {
        **found.manifest,
        "bytes": file.stat().st_size,
        "signedBy": fingerprint(found.public),
        "boards": {board["name"]: {key: board[key] for key in ("chip", "flash_mb")} for board in found.boards()},
    }


def _show(found: Bundle, file: Path) -> None:
    from host_tools.field.images.partitions import first_app, layout
    from host_tools.keys.signing import fingerprint

    said = found.manifest
    if found.practice:
        click.echo("FOR PRACTICE: no chip can run the MicroPython in it, which is a stand-in for virtual poles.")
    click.echo(f"{said['title']} ({found.site}), {len(found.poles)} poles, from {said['day']} on")
    click.echo(
        f"  signed by    {fingerprint(found.public)}, {file.stat().st_size / 1e6:.1f} MB, all of it as it was signed"
    )
    click.echo(f"  app          {found.version}")
    for chip, image in said["micropython"].items():
        named = "stand-in for MicroPython" if found.practice else "MicroPython"
        click.echo(f"  {chip:<12} {named} {image['version']}, .mpy {image['mpy']}, SHA-256 {image['sha256']}")
    for board in found.boards():
        app = first_app(layout(board["flash_mb"]))
        size = said["members"][f"micropython/{board['chip']}/micropython.bin"]["size"]
        poles = [name for name in found.poles if said["poles"][name]["board"] == board["name"]]
        click.echo(
            f"  {board['name']}: {board['chip']}, {board['flash_mb']} MB, {100 * size // app.size} % of MicroPython's "
            f"place taken; {len(poles)} poles: {_some(poles)}"
        )


def _some(names: Sequence[str]) -> str:
    """*names*, or the first and the last of many."""
    return ", ".join(names) if len(names) <= 8 else f"{', '.join(names[:3])} ... {names[-1]}"


def _hashes(given: Sequence[str]) -> set[str]:
    for text in given:
        if len(text) != 64 or set(text.lower()) - set("0123456789abcdef"):
            raise CommandError(f"--sha256 is {text!r} and must be 64 hexadecimal digits")
    return {text.lower() for text in given}


def _day(text: str | None) -> date:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if text is None:
        return (datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"the date is {text!r} and must be YYYY-MM-DD such as 2026-11-08") from None
