"""`diya update`: makes, signs, shows, publishes and rolls out releases of the poles' app."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from host_tools.errors import CommandError
from host_tools.output import json_option, progress_bar, say_json
from host_tools.output_file import try_output
from host_tools.verbs.option_types import NamedPath
from host_tools.verbs.options import connection_options, site_option
from host_tools.verbs.signing_time import now_ms
from host_tools.verbs.update_key import change_key, keygen, trust
from host_tools.verbs.update_rollout import COMMANDS

if TYPE_CHECKING:
    from host_tools.city.commands.place import Connection
    from host_tools.field.images.micropython import MicroPython
    from host_tools.release import Release

DEFAULT = "sagar"
FILE = NamedPath(dir_okay=False, path_type=Path)
FOLDER = NamedPath(file_okay=False, exists=True, path_type=Path)
key_option = click.option(
    "--key", metavar="FILE", type=FILE, required=True, help="The key that signs: the poles have its other half."
)


@click.group(help="Make a release of the poles' app, sign it, look into it, and bring it to the poles.")
def update() -> None:
    pass


for command in (keygen, trust, *COMMANDS, change_key):
    update.add_command(command)


@update.command(short_help="Compile the app for a site's boards, or take a MicroPython image, and sign it.")
@click.argument("folder", metavar="[SITE]", default=DEFAULT)
@click.option("--source", metavar="DIR", type=FOLDER, help="The firmware (default: the one that comes with Diya).")
@key_option
@click.option(
    "--from", "older", metavar="OLD.update", type=FILE, multiple=True,
    help="A release that poles have: files that changed since are sent as differences. May be given several times.",
)  # fmt: skip
@click.option(
    "--image", "images", metavar="BIN", type=FILE, multiple=True,
    help="In place of the app: MicroPython itself, the .bin of the chip from micropython.org. Once for each chip.",
)  # fmt: skip
@click.option("--practice", is_flag=True, help="With --image: it may be a stand-in, which only virtual poles start.")
@click.option("--downgrade", is_flag=True, help="Poles that have a higher version take it, too.")
@click.option(
    "--window",
    metavar="SECONDS",
    type=int,
    default=600,
    show_default=True,
    help="How long a pole tries it, 60 to 3600.",
)
@click.option("--out", metavar="FILE.update", type=FILE, required=True, help="Where to write it.")
@json_option
def sign(
    folder: str, source: Path | None, key: Path, older: tuple[Path, ...], images: tuple[Path, ...], practice: bool,
    downgrade: bool, window: int, out: Path, as_json: bool,
) -> None:  # fmt: skip
    """Compile the firmware for the boards of SITE, cut it into pieces, and sign what poles check it by.

    With --image it is MicroPython itself, for those boards of SITE whose flash has room for two images.
    """
    from host_tools.firmware_build.sources import FIRMWARE
    from host_tools.keys.signing import fingerprint, read_signer, same
    from host_tools.release import container
    from host_tools.release.build import MPY, Ingredients, build
    from host_tools.release.container import open_release
    from host_tools.release.trust import FILE as FILE_OF_KEY
    from host_tools.release.trust import trusted
    from host_tools.site import load_site
    from host_tools.site.load import find_site

    if practice and not images:
        raise CommandError("--practice goes with --image: the app is never a stand-in")
    signer, site = read_signer(key), load_site(folder)
    wanted = trusted(find_site(folder))
    if wanted is not None and not same(wanted, signer.public):
        raise CommandError(
            f"{key} is the key {fingerprint(signer.public)}, and {FILE_OF_KEY} of {site.name} says that releases are "
            f"signed with {fingerprint(wanted)}: poles would refuse it (`diya update trust` names another key)"
        )
    if images:
        if source or older:
            raise CommandError("--image goes with neither --source nor --from: a MicroPython image is sent as it is")
        from host_tools.field.images import image_release

        found = [_image(path, practice) for path in images]
        made_of = image_release.build(site, found, now_ms(), MPY, signer, downgrade, window)
    else:
        before = [open_release(path) for path in older]
        made_of = build(Ingredients(site, now_ms(), before, downgrade, window), signer, source or FIRMWARE)
    try_output("--out", out)
    container.write(out, made_of)
    made = open_release(out)
    if as_json:
        say_json(_report(made, out))
    else:
        _show(made, out)
        click.echo(f"Written to {out}.")


@update.command(help="Check the release FILE, and show what is in it.")
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--trust", metavar="PEM", type=FILE, help="The key that must have signed it.")
@json_option
def show(file: Path, trust: Path | None, as_json: bool) -> None:
    from host_tools.release import open_release

    found = open_release(file, trust)
    if as_json:
        say_json(_report(found, file))
    else:
        _show(found, file)


@update.command(short_help="Bring a release's pieces to the broker, for poles to fetch.")
@click.argument("file", metavar="FILE", type=FILE)
@click.option(
    "--forget", metavar="OLD.update", type=FILE, multiple=True,
    help="Remove the pieces of this release, which no pole is to fetch any more. May be given several times.",
)  # fmt: skip
@site_option
@connection_options
@json_option
def publish(file: Path, forget: tuple[Path, ...], site: str, connection: Connection, as_json: bool) -> None:
    """Retain the pieces of the release FILE on the broker of SITE.  No pole fetches one before it is told to."""
    from host_tools.broker.connection import Link
    from host_tools.release import open_release
    from host_tools.release.publish import publish as bring
    from host_tools.release.publish import topics_of

    found, old = open_release(file), [open_release(path) for path in forget]
    place = connection.place(site)
    for one, path in ((found, file), *zip(old, forget, strict=True)):
        if one.site != place.site:
            raise CommandError(f"{path} is for the site {one.site} and must be for {place.site}")
    head = f"{place.root}/{place.site}"
    with Link(place.broker, topics_of(head, (found, *old))) as link, progress_bar("publishing") as bar:
        done = bring(link, head, found, old, bar)
    if as_json:
        contents = {board: found.content(board) for board in found.boards}
        say_json({"version": found.version, "site": found.site, "contents": contents, **done._asdict()})
        return
    click.echo(
        f"{found.version} is on {place.broker}: {done.sent + done.kept} pieces, {done.bytes} bytes "
        f"({done.kept} were there before); {done.removed} of older releases removed."
    )


def _image(path: Path, practice: bool) -> MicroPython:
    """The MicroPython in the file *path*, checked as before flashing."""
    from host_tools.field.images import micropython

    try:
        data = path.read_bytes()
    except OSError as error:
        raise CommandError(f"the image {path} cannot be read: {error.strerror}") from error
    found = micropython.read(data, path.name)
    if found.practice and not practice:
        raise CommandError(f"{path.name} is a stand-in, which no chip can start: --practice signs it for virtual poles")
    return found


def _report(found: Release, file: Path) -> dict[str, Any]:
    """What is in a release, for programs."""
    from host_tools.keys.signing import fingerprint

    boards = {}
    for board in found.boards:
        about, made = found.manifest(board), found.package(board)
        deltas = [one for listed in made.files for one in listed.deltas]
        boards[board] = {
            "files": len(made.files), "bytes": about.size, "content": about.content, "pieces": len(made.pieces),
            "piecesBytes": sum(map(len, made.pieces)), "differences": len(deltas),
            "differencesBytes": sum(one.size for one in deltas), "mpy": about.mpy, "downgrade": about.downgrade,
            "window": about.window,
        }  # fmt: skip
    said = {"kind": found.kind, "version": found.version, "site": found.site, "serial": found.serial, "boards": boards}
    return {**said, "bytes": file.stat().st_size, "signedBy": fingerprint(found.public)}


def _show(found: Release, file: Path) -> None:
    said = _report(found, file)
    what = "MicroPython " if found.kind == "image" else ""
    click.echo(f"{what}{found.version} for {found.site}, serial {found.serial}, signed by {said['signedBy']}")
    for board, about in said["boards"].items():
        meant = ", also to go back to" if about["downgrade"] else ""
        if found.kind == "image":
            click.echo(
                f"  {board}: an image of {about['bytes']} bytes, {about['pieces']} pieces; "
                f"tried for {about['window']} s{meant}"
            )
            continue
        click.echo(
            f"  {board}: {about['files']} files, {about['bytes']} bytes, {about['pieces']} pieces; "
            f"{about['differences']} files as differences, {about['differencesBytes']} bytes; "
            f"tried for {about['window']} s{meant}"
        )
