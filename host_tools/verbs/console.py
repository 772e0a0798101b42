"""`diya console`: the city's lights in a browser."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from host_tools.city.commands.place import Connection
from host_tools.errors import CommandError
from host_tools.site.load import find_site
from host_tools.verbs.console_user import user
from host_tools.verbs.option_types import NamedPath
from host_tools.verbs.options import connection_options, site_option
from host_tools.verbs.record_file import db_option, record_place

LOCAL = ("127.0.0.1", "localhost", "::1")


@click.group(
    invoke_without_command=True,
    help="Show the city's lights in a browser, until Ctrl-C; starts a receiver where none runs.",
)
@click.pass_context
@site_option
@connection_options
@db_option
@click.option("--address", default="127.0.0.1", show_default=True, help="Where browsers reach it.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--tls-cert", type=NamedPath(exists=True, dir_okay=False, path_type=Path), help="Certificate for HTTPS.")
@click.option("--tls-key", type=NamedPath(exists=True, dir_okay=False, path_type=Path), help="Its key.")
@click.option("--behind-proxy", metavar="HOST[:PORT]", multiple=True, help="A proxy with TLS is before it, so called.")
@click.option(
    "--directory",
    type=NamedPath(exists=True, dir_okay=False, path_type=Path),
    help="A file that describes the city's own login (OpenID Connect).",
)
@click.option("--key-file", type=NamedPath(exists=True, dir_okay=False, path_type=Path), help="For the receiver.")
@click.option("--secrets", type=NamedPath(file_okay=False, path_type=Path), help="For the receiver.")
@click.option("--no-receiver", is_flag=True, help="Start no receiver.")
def console(
    ctx: click.Context, connection: Connection, site: str, db: Path | str | None, address: str, port: int,
    tls_cert: Path | None, tls_key: Path | None, behind_proxy: tuple[str, ...], directory: Path | None,
    key_file: Path | None, secrets: Path | None, no_receiver: bool,
) -> None:  # fmt: skip
    if ctx.invoked_subcommand is not None:
        if db is not None:  # given before the word `user`
            ctx.default_map = {"user": {name: {"db": str(db)} for name in user.commands}}
        return
    from host_tools.city.console.access.directory import check_directory
    from host_tools.city.console.hosts import hosts
    from host_tools.city.console.serve import first_user, receiver, receiver_runs, serve
    from host_tools.city.console.settings import Settings

    if (tls_cert is None) != (tls_key is None):
        raise CommandError("--tls-cert and --tls-key belong together: give both or neither")
    if address not in LOCAL and tls_cert is None and not behind_proxy:
        raise CommandError(
            f"--address is {address}, which others reach: give --tls-cert and --tls-key, or --behind-proxy"
        )
    if directory is not None:
        check_directory(directory)
    where = record_place(db)
    settings = Settings(
        str(where), str(find_site(site)), hosts(address, port, tls_cert, behind_proxy),
        secure=tls_cert is not None or bool(behind_proxy), proxied=bool(behind_proxy),
        directory=str(directory.resolve()) if directory else "",
    )  # fmt: skip
    with ExitStack() as opened:
        if not no_receiver and not receiver_runs(settings):
            opened.enter_context(receiver(_words(connection, site, where, key_file, secrets)))
        password = first_user(settings)
        scheme = "https" if tls_cert else "http"
        click.echo(f"the console is at {scheme}://{address}:{port}/ ; Ctrl-C ends it.", err=True)
        if password:
            click.echo(f"log in as admin with the one-time password {password}", err=True)
        serve(settings, address, port, tls_cert, tls_key)


console.add_command(user)


def _words(
    connection: Connection, site: str, where: Path | str, key_file: Path | None, secrets: Path | None
) -> list[str]:  # fmt: skip
    named = {
        "--site": site, "--db": where, "--broker": connection.broker, "--root": connection.root, "--ca": connection.ca,
        "--login": connection.login, "--key-file": key_file, "--secrets": secrets,
    }  # fmt: skip
    given = [word for option, value in named.items() if value is not None for word in (option, str(value))]
    return [*given, *(["--simulated"] if connection.simulated else [])]
