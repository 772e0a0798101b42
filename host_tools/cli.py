"""The `diya` command: finds the verb, runs it, and turns every error into one sentence.

Verbs are listed here with their one-line help and imported only when one is used, so that `diya --help` does not wait
for plots and brokers.
"""

from __future__ import annotations

import os
import sys

# Python looks into the folder of the script and those of PYTHONPATH first, and a file there called click.py or
# serial.py would be taken for the package: pip itself puts an esptool.py beside `diya`.  So the script's folder is left
# out, and the others come last; but not one that Diya itself is in.
if sys.path and os.path.isfile(sys.argv[0]):
    if os.path.realpath(sys.path[0]) == os.path.dirname(os.path.realpath(sys.argv[0])):
        sys.path[:] = [folder for folder in sys.path[:1] if os.path.isdir(f"{folder}/host_tools")] + sys.path[1:]
    named = {os.path.realpath(folder) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder}
    sys.path.sort(key=lambda folder: os.path.realpath(folder) in named and not os.path.isdir(f"{folder}/host_tools"))

import contextlib
import signal
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import Any

import click
from click.shell_completion import CompletionItem

from host_tools import extras, standard_streams
from host_tools.errors import DiyaError
from host_tools.text import sentence as text_of

# verb: (module, the click command in it, help)
VERBS = {
    "simulate": ("simulator.cli.simulate", "simulate", "Run a street of real firmware on this machine."),
    "virtual-pole": ("simulator.virtual_pole.command", "virtual_pole", "Be a pole at a serial port, with no hardware."),
    "watch": ("host_tools.verbs.watch", "watch", "Watch a street live, over any MQTT broker."),
    "send": ("host_tools.verbs.send", "send", "Set the level of a pole, a group or all of them."),
    "alarms": (
        "host_tools.verbs.alarms",
        "alarms_command",
        "List what is wrong: since when, why, what to carry.",
    ),
    "record": ("host_tools.verbs.record", "record", "Keep every event exactly once, and read what was kept."),
    "report": ("host_tools.verbs.report", "report", "Report a month: lit and dark, energy, repairs and penalties."),
    "console": ("host_tools.verbs.console", "console", "Show the city's lights in a browser, and command them."),
    "audit": ("host_tools.verbs.audit", "audit", "Check that the audit of commands is whole; name second persons."),
    "site": ("host_tools.verbs.site", "site", "Check a site's files, or see a night of it beforehand."),
    "pole": ("host_tools.verbs.pole", "pole", "Look at the pole at this USB port, live; its log, its journal."),
    "commission": ("host_tools.verbs.commission", "commission", "Try every part of a pole, and leave a record."),
    "bundle": ("host_tools.verbs.bundle", "bundle", "Make the file a site's poles are flashed with, or look into one."),
    "flash": ("host_tools.verbs.flash", "flash", "Flash the boards at this laptop's ports, each as its pole."),
    "update": ("host_tools.verbs.update", "update", "Sign the poles' app, and bring it to them in waves."),
    "boards": ("host_tools.verbs.boards", "boards", "List the boards, or show what one is wired to."),
    "label": ("host_tools.verbs.label", "label", "Print QR labels for a site's poles."),
    "registry": ("host_tools.verbs.registry", "registry", "See which board is on which pole; merge and export that."),
    "completion": ("host_tools.verbs.completion", "completion", "Print what makes a shell complete diya's words."),
    "doctor": ("host_tools.verbs.doctor", "doctor", "Find out what this laptop lacks, and how to cure it."),
}

# as the shell counts them: 128 and the signal's number
INTERRUPTED = 130
BUG = 70  # EX_SOFTWARE of sysexits.h


class _PipeBroken(Exception):
    """Carries the BrokenPipeError of a verb through click."""

    def __init__(self, error: BrokenPipeError) -> None:
        super().__init__(str(error))
        self.error = error


class Verbs(click.Group):
    """The verbs of `VERBS`, each imported when it is asked for by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, name, _help = VERBS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:  # fmt: skip
        if args[0] not in VERBS and not args[0].startswith("-"):
            from host_tools.closest import near

            for close in near(args[0], VERBS):
                ctx.fail(f"No such command {args[0]!r}. Did you mean {close!r}?")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        verbs = [
            CompletionItem(verb, help=help_) for verb, (_, _, help_) in VERBS.items() if verb.startswith(incomplete)
        ]
        return verbs + click.Command.shell_complete(self, ctx, incomplete)  # a group's own would import every verb

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:  # click would end without a message, also where it is a broker's connection
            raise _PipeBroken(error) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, help_) for verb, (_module, _name, help_) in VERBS.items()])


@click.command(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Diya keeps a city's street lights lit: simulate a street, watch it, command it.",
)
@click.version_option(package_name="diya", prog_name="diya")
def cli() -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `diya` with *arguments* (default: the process's own) and exit: 0, or the code of what went wrong."""
    standard_streams.use_utf8()
    standard_streams.prepare()
    end_cleanly()
    code = run(arguments)
    standard_streams.flush_errors()
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run `diya` and return its exit code; an error is on stderr, in one sentence."""
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except _PipeBroken as broken:
        return _failed(broken.error)
    except OSError as error:
        return _failed(error)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(args=None if arguments is None else list(arguments), prog_name="diya", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())  # called without a verb: print the help
        return 2
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except click.Abort:
        return INTERRUPTED
    except click.exceptions.Exit as done:
        return done.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except DiyaError as error:
        return _complain(str(error), error.code)
    except (OSError, _PipeBroken):
        raise
    except ImportError as error:
        missing = extras.missing_module(error)
        return _complain(missing, 1) if missing else _bug(error)
    except Exception as error:
        return _bug(error)


def _bug(error: Exception) -> int:
    if os.environ.get("DIYA_DEBUG"):
        raise error
    return _complain(
        f"this is a bug in diya ({type(error).__name__}: {error}); DIYA_DEBUG=1 shows where it happened", BUG
    )


def _failed(error: OSError) -> int:
    """A file, a connection or standard output could not be used."""
    if error.filename == standard_streams.OUTPUT:
        standard_streams.give_up_output()
        if isinstance(error, BrokenPipeError):
            return 1  # its reader has closed the pipe, as `head` does
    return _complain(f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error), 1)


def _complain(sentence: str, code: int) -> int:
    text = text_of(sentence)
    with contextlib.suppress(OSError, ValueError):  # standard error may be closed or full too
        click.echo(f"diya: {text}{'' if text.endswith(('.', '!', '?', '।')) else '.'}", err=True)
    return code


def end_cleanly() -> None:
    """Make a signal to end unwind like Ctrl-C, so that a broker started here is ended too."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            try:
                if signal.getsignal(number) is signal.SIG_DFL:  # not where nohup, or a test, has its own
                    signal.signal(number, end)
            except ValueError:  # not the main thread: the embedding program handles signals
                return


if __name__ == "__main__":
    main()
