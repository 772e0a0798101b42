"""`diya completion`: prints the script with which a shell completes verbs, their options and file names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from host_tools.errors import CommandError

VARIABLE = "_DIYA_COMPLETE"
FILES = {  # where each shell looks by itself (zsh: once the folder is in its fpath)
    "bash": "~/.local/share/bash-completion/completions/diya",
    "zsh": "~/.zfunc/_diya",
    "fish": "~/.config/fish/completions/diya.fish",
}


@click.command(
    help='Print the completion script of SHELL: bash, zsh or fish.  To try it: eval "$(diya completion bash)".',
    epilog="To keep it: " + "; ".join(f"diya completion {shell} > {file}" for shell, file in FILES.items()) + ".",
)
@click.argument("shell", type=click.Choice(list(FILES)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    kind = get_completion_class(shell)
    if kind is None:
        raise CommandError(f"the shell is {shell} and this version of click completes no words for it")
    click.echo(kind(ctx.find_root().command, {}, "diya", VARIABLE).source())
