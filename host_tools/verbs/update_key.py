"""`diya update keygen`, `trust` and `change-key`: the keys that sign updates, and the change to another one."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import click

from host_tools.city.commands.place import Connection
from host_tools.errors import CommandError
from host_tools.output import json_option, say_json, waiting, warn
from host_tools.output_file import try_output
from host_tools.verbs.keys import key_file_option, opened
from host_tools.verbs.option_types import WORD, NamedPath
from host_tools.verbs.options import connection_options, site_option, wait_option, whom_options
from host_tools.verbs.send import WAIT_S, sender_name
from host_tools.verbs.send_outcome import names, print_rejected
from host_tools.verbs.signing_time import now_ms
from host_tools.verbs.site_poles import chosen

DEFAULT = "sagar"
FILE = NamedPath(dir_okay=False, path_type=Path)


@click.command(short_help="Make a key for updates, or sign the change to another one.")
@click.option(
    "--out", metavar="FILE", type=FILE, required=True, help="Where the key, or the signed change, is written."
)
@click.option("--rotate", metavar="NEW", type=FILE, help="The key that is to sign from now on: sign the change to it.")
@click.option("--key", metavar="OLD", type=FILE, help="With --rotate: the key in force, which signs the change.")
@click.option("--site", "folder", metavar="DIR", default=DEFAULT, help="With --rotate: the site whose poles change.")
@json_option
def keygen(out: Path, rotate: Path | None, key: Path | None, folder: str, as_json: bool) -> None:
    """Make the key that signs updates; or, with --rotate, the signed message by which poles change to another.

    The private key stays with the city: a pole has the public half alone, in update.pem.
    """
    from host_tools.keys.signing import fingerprint, read_signer
    from host_tools.release import container, manifest
    from host_tools.site import load_site

    if bool(rotate) != bool(key):
        raise CommandError("--rotate and --key go together: the new key, and the one in force that signs the change")
    if rotate is None or key is None:
        if out.exists():
            raise CommandError(f"the key {out} is there already and stays as it is: name another file by --out")
        made = read_signer(out, new=True)
        if as_json:
            say_json({"key": str(out), "fingerprint": fingerprint(made.public)})
        else:
            click.echo(f"Made the key {fingerprint(made.public)} in {out}: keep it to yourself, and a copy elsewhere.")
        return
    old, new = read_signer(key), read_signer(rotate)
    if old.public == new.public:
        raise CommandError(f"{rotate} and {key} are the same key: there is nothing to change")
    site, serial = load_site(folder), now_ms()
    text = manifest.key_text(new.modulus, site.name, serial)
    said = {"manifest": text, "signature": base64.b64encode(old.sign(text.encode())).decode()}
    try_output("--out", out)
    container.write(out, json.dumps(said, indent=1).encode() + b"\n")
    marks = {name: fingerprint(one.public) for name, one in (("from", old), ("to", new))}
    prints = {name: manifest.print_of(one.modulus) for name, one in (("keyFrom", old), ("keyTo", new))}
    if as_json:
        say_json({"file": str(out), "site": site.name, "serial": serial, **marks, **prints})
    else:
        click.echo(
            f"Signed the change of {site.name}'s update key from {marks['from']} to {marks['to']}: {out}. Poles call "
            f"them {prints['keyFrom']} and {prints['keyTo']}."
        )


@click.command(short_help="Say which key the releases of a site must be signed with.")
@click.argument("key", metavar="KEY", type=FILE)
@click.option("--site", "folder", metavar="DIR", default=DEFAULT, show_default=True, help="Folder of the site's files.")
@json_option
def trust(key: Path, folder: str, as_json: bool) -> None:
    """Write the public half of KEY into the folder of the site, as update.pem: from then on `sign` takes no other key,
    and the receiver rolls out no release that another one has signed.  Give it with that folder to the receiver.
    """
    from host_tools.keys.signing import fingerprint, read_public
    from host_tools.release.trust import trust as name_key
    from host_tools.release.trust import trusted
    from host_tools.site import load, load_site
    from host_tools.site.load import find_site

    site, public, place = load_site(folder), read_public(key), find_site(folder)
    if place.resolve().is_relative_to(Path(load.__file__).resolve().parents[2] / "simulator" / "sites"):
        raise CommandError(f"{site.name} comes with Diya and is not written into: copy its folder, and give its path")
    before = trusted(place)
    name_key(place, public)
    marks = {"key": fingerprint(public), "before": fingerprint(before) if before else None}
    if as_json:
        say_json({"site": site.name, **marks})
    else:
        instead = f", instead of {marks['before']}" if before and marks["before"] != marks["key"] else ""
        click.echo(f"Releases of {site.name} must be signed with the key {marks['key']} now{instead}.")


@click.command("change-key", short_help="Send poles the signed change to another key for updates.")
@click.argument("file", metavar="CHANGE.json", type=FILE)
@site_option
@connection_options
@whom_options
@key_file_option()
@click.option("--db", metavar="FILE|URL", type=WORD, help="The record of the receiver, whose audit notes it.")
@wait_option(WAIT_S)
@json_option
@click.pass_context
def change_key(
    ctx: click.Context, file: Path, site: str, connection: Connection, poles: tuple[str, ...], group: str | None,
    everyone: bool, key_file: Path | None, db: str | None, wait_s: float, as_json: bool,
) -> None:  # fmt: skip
    """Send the change in CHANGE.json, which `diya update keygen --rotate` wrote, to the poles that are meant.

    Those which have the new key already, by their births, are sent nothing: run it again for those that were offline.
    With --db the receiver sends none of them a release of the former key meanwhile, and no pole is sent it on which a
    release is under way.
    """
    from host_tools.broker.connection import Link, within
    from host_tools.city.commands.speaker import topics as command_topics
    from host_tools.city.updates import key_change as library
    from host_tools.site import load_site
    from host_tools.verbs.key_change_record import noted_in
    from host_tools.wire.sender_numbers import Counters

    change = library.read_change(file)
    meant = [pole.name for pole in chosen(load_site(site), poles, group, everyone)]
    keys = opened(key_file).known() if key_file else None
    place = connection.place(site)
    if db is None:
        warn("no record was named (--db): its audit does not note this, and its receiver may send a release over it")
    with (
        noted_in(db, place.site, change) as noted,
        Link(place.broker, command_topics(place), within(wait_s)) as link,
        waiting() as bar,
    ):
        changer = library.KeyChanger(place, link, sender_name(), Counters())
        changer.look(meant)
        warn(changer.remark())
        outcome = changer.send(
            change, meant, keys, wait_s, lambda so_far: bar(*so_far.counts), busy=noted.busy(), note=noted.ask
        )
        noted.end(outcome)
    if as_json:
        say_json(library.as_json(change, outcome))
    else:
        print_rejected(outcome.rejected)
        here = [pole for pole in outcome.silent if pole not in outcome.offline]
        for word, those in (
            (f"had the key {change.print} already", outcome.there), (f"took the key {change.print}", outcome.applied),
            ("no answer yet", here), ("offline, takes it when it comes back", outcome.offline),
            ("offline with another update to take first", outcome.pending),
            ("a release is under way on them: give it again then", outcome.busy), ("never reported", outcome.unborn),
        ):  # fmt: skip
            if those:
                click.echo(f"{word}: {names(those)}")
    taken = len(outcome.there) + len(outcome.applied)
    if taken < len(meant):
        click.echo(
            f"diya: {len(meant) - taken} of {len(meant)} pole{'s' if len(meant) > 1 else ''} did not say that the key "
            f"{change.print} is in force; the old one is needed until all do.",
            err=True,
        )
        ctx.exit(1)
