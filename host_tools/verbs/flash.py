"""`diya flash`: flashes bare boards, or poles on a revisit, and starts them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from host_tools.language import Language, SpokenCommand, language_option
from host_tools.output import coloured, console, json_option, say_json
from host_tools.registry.place import registry_path
from host_tools.verbs.options import registry_option

if TYPE_CHECKING:
    from host_tools.field.bundle import Bundle
    from host_tools.field.flashing.flash_job import Job
    from host_tools.field.flashing.last_run import Memory
    from host_tools.field.flashing.parallel_run import Run
    from host_tools.field.ports import PortInfo
    from host_tools.registry import Registry

SWITCH_S = 0.0005  # between two threads: what one port computes must not keep the line of another waiting
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    cls=SpokenCommand, help="Flash the boards at this laptop's ports with BUNDLE, and say which pole each is."
)
@click.argument("bundle", metavar="[BUNDLE]", type=FILE, required=False)
@click.option("--port", "ports", metavar="PORT", multiple=True, help="Only at this port; may be given several times.")
@click.option("--pole", metavar="NAME", help="Which pole it is, of the one board that is plugged in.")
@click.option("--next", "following", is_flag=True, help="The next poles of the site that no board is known of.")
@click.option("--resume", is_flag=True, help="Only those that the last run did not finish.")
@click.option(
    "--erase-data", is_flag=True, help="Also erase what a pole has written: journal, counters, configuration."
)
@click.option("--replace", is_flag=True, help="What the registry knows otherwise holds no more.")
@click.option(
    "--baud", type=click.IntRange(115_200, 4_000_000), help="Rate to try first (default: 921600, or the adapter's)."
)
@click.option("--no-stub", is_flag=True, help="By the chip's loader in ROM, which is slower.")
@click.option(
    "--trust", metavar="PEM", type=FILE, envvar="DIYA_TRUST", help="The key that must have signed the bundle."
)
@click.option("--by", metavar="WHO", default="", help="Who does it, for the registry.")
@registry_option
@language_option
@json_option
@click.pass_context
def flash(
    ctx: click.Context, bundle: Path | None, ports: tuple[str, ...], pole: str | None, following: bool, resume: bool,
    erase_data: bool, replace: bool, baud: int | None, no_stub: bool, trust: Path | None, by: str,
    registry_file: Path | None, lang: str | None, as_json: bool,
) -> None:  # fmt: skip
    said = Language(lang)
    with said.told():
        from host_tools.field.flashing.last_run import Memory, memory_path

        if bool(pole) + following + resume > 1:
            raise click.UsageError(said.say("flash.one_way"))
        memory = Memory(memory_path())
        left = None
        if resume:
            from host_tools.field.flashing.unfinished import unfinished

            bundle_of_run, erase_data, left = unfinished(memory, ports)
            bundle = bundle or bundle_of_run
        if bundle is None:
            raise click.UsageError(said.say("flash.no_bundle"))
        _Flashing(said, memory, as_json).run(
            ctx, bundle, ports, pole, following, left, erase_data, replace, baud, no_stub, trust, by, registry_file
        )


class _Flashing:
    """One call of the verb."""

    def __init__(self, said: Language, memory: Memory, as_json: bool) -> None:
        self.said = said
        self.memory = memory
        self.as_json = as_json
        self.drawn = coloured() and not as_json

    def run(
        self, ctx: click.Context, path: Path, named: tuple[str, ...], pole: str | None, following: bool,
        left: list[tuple[PortInfo, str]] | None, erase_data: bool, replace: bool, baud: int | None, no_stub: bool,
        trust: Path | None, by: str, registry_file: Path | None,
    ) -> None:  # fmt: skip
        from host_tools.field.bundle import Bundle
        from host_tools.field.flashing.baud_rates import rates
        from host_tools.field.flashing.errors import FlashError
        from host_tools.field.flashing.flash_job import Job
        from host_tools.field.flashing.parallel_run import Run, exit_code
        from host_tools.field.flashing.practice_bundle import check_practice
        from host_tools.field.flashing.region_files import Files
        from host_tools.field.flashing.registry_check import Registered
        from host_tools.field.flashing.signer_check import check_signer
        from host_tools.field.ports import adapter_key, different, find
        from host_tools.registry import Registry

        sys.setswitchinterval(SWITCH_S)
        bundle = Bundle.open(path, trust)
        check_signer(bundle, self.memory, trust is not None)
        registry = Registry(registry_path(registry_file))
        names = Registered(registry, by, replace)
        ports = different(named) or find()
        done: list[Job] = []
        if left is None:
            self.memory.begin(path, erase_data)
        with Files() as files:
            for pairs in self._rounds(ports, bundle, registry, pole, following, left):
                run = Run(self.memory)
                try:
                    for port, its in pairs:
                        if bundle.practice:
                            check_practice(port)
                        bauds = rates(baud, self.memory.baud_of(adapter_key(port)))
                        asked = "asked" if no_stub else ""
                        run.start(Job(bundle, its, port, names, files, bauds, erase_data, asked))
                    self._watch(run)
                except BaseException:
                    run.end()
                    self._tell(run.jobs)
                    raise
                self._tell(run.jobs)
                done += run.jobs
        if not done:
            raise FlashError("flash.nothing_scanned")
        if self.as_json:
            say_json([_report(job, self.said) for job in done])
        ctx.exit(exit_code(done))

    def _rounds(
        self, ports: list[PortInfo], bundle: Bundle, registry: Registry, pole: str | None, following: bool,
        left: list[tuple[PortInfo, str]] | None,
    ) -> Iterator[Iterator[tuple[PortInfo, str]]]:  # fmt: skip
        """What to flash at once: one round, or one after the other as long as labels are scanned."""
        from host_tools.field.flashing.choose_pole import next_poles, pole_on_label, scanned
        from host_tools.field.flashing.errors import FlashError

        if left is not None:
            yield iter(left)
            return
        if not ports:
            raise FlashError("flash.no_ports")
        if pole is not None:
            if len(ports) > 1:
                raise FlashError("flash.which_port", pole=pole, ports=", ".join(port.device for port in ports))
            yield iter([(ports[0], pole_on_label(pole, bundle.site, bundle.poles))])
        elif following:
            yield iter(next_poles(ports, bundle.site, bundle.poles, registry))
        else:
            while True:
                found = scanned(
                    ports, bundle.site, bundle.poles, self._read, lambda error: self._say(self.said.tell(error))
                )
                first = next(found, None)
                if first is None:
                    return
                yield _chained(first, found)

    def _read(self, port: PortInfo) -> str | None:
        self._say(self.said.say("flash.scan", port=port))
        return sys.stdin.readline() or None

    def _watch(self, run: Run) -> None:
        from host_tools.field.flashing.progress_screen import Lines, table

        if not self.drawn:
            run.wait(Lines(self.said, self._say).look)
            return
        from rich.live import Live

        with Live(console=console(), transient=True, auto_refresh=False) as live:
            run.wait(lambda jobs: live.update(table([job.row for job in jobs], self.said), refresh=True))

    def _tell(self, jobs: list[Job]) -> None:
        from host_tools.field.flashing.progress_screen import outcome

        for job in jobs:
            failed = job.error is not None
            if failed or not self.as_json:
                click.echo(f"{job.port.device} {job.pole}: {outcome(job, self.said)}", err=failed)

    def _say(self, sentence: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            click.echo(sentence, err=True)


def _chained(first: tuple[PortInfo, str], rest: Iterator[tuple[PortInfo, str]]) -> Iterator[tuple[PortInfo, str]]:
    yield first
    yield from rest


def _report(job: Job, said: Language) -> dict[str, Any]:
    from host_tools.field.flashing.progress_screen import outcome

    return {
        "port": job.port.device,
        "adapter": job.port.adapter,
        "pole": job.pole,
        "mac": job.mac,
        "outcome": job.row.phase,
        "first": job.first,
        "written": job.written,
        "lineBytes": job.row.sent,
        "seconds": round(job.took_s, 2),
        "baud": job.row.baud,
        "byRom": job.row.by_rom,
        "code": job.code,
        "sentence": outcome(job, said),
    }
