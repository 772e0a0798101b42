"""A verb whose help and whose errors about its options are in the chosen language.

The help of an option is the sentence ``NAMESPACE.help_OPTION`` (``help_on_ly`` for ``--on-ly``), that of the verb
``NAMESPACE.help``; where there is none, the English of the code stands.  So `diya flash --help --lang hi` is in Hindi.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from host_tools.language.language import CODES, Language, Spoken


class Usage(click.UsageError):
    """A mistake in the options, told in the language of the verb."""


class _Spoken(click.Command):
    """What a command and a group have in common.  ``namespace``: of the verb above, for one below another."""

    namespace = ""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        code = wanted(args)
        if code:
            ctx.meta["lang"] = code
        with self._complaints(ctx):
            return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=self.language(ctx).say("usage.usage") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        text = self._sentence(ctx, f"{self.name}_help" if self.namespace else "help") or self.help or ""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for parameter in self.get_params(ctx):
            row = parameter.get_help_record(ctx)
            if row is not None:
                own = "help_help" if "--help" in parameter.opts else f"help_{parameter.name}"
                text = self._sentence(ctx, own) or row[1]
                if text:  # what stands in the usage needs no words where its name says it
                    rows.append((row[0], text))
        if rows:
            with formatter.section(self.language(ctx).say("usage.options").rstrip(":")):
                formatter.write_dl(rows)

    def language(self, ctx: click.Context) -> Language:
        """The language of this call."""
        return Language(ctx.meta.get("lang"))

    def _sentence(self, ctx: click.Context, name: str) -> str:
        language = self.language(ctx)
        if name == "help_help":
            return language.say("usage.help")
        if name == "help_lang":
            return language.say("usage.lang")
        key = f"{self.namespace or self.name}.{name}"
        return language.template(key) if language.knows(key) else ""

    @contextmanager
    def _complaints(self, ctx: click.Context) -> Iterator[None]:
        try:
            yield
        except click.UsageError as error:
            said = self.language(ctx)
            if said.code == CODES[0] or isinstance(error, Usage):
                raise
            raise Usage(_complaint(error, said), ctx) from None


class SpokenCommand(_Spoken):
    """A verb with sentences in several languages."""


class SpokenGroup(_Spoken, click.Group):
    """A verb with verbs below it, with sentences in several languages."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None:
                rows.append((name, self._sentence(ctx, f"{name}_help") or command.get_short_help_str(80)))
        with formatter.section(self.language(ctx).say("usage.commands").rstrip(":")):
            formatter.write_dl(rows)


def wanted(args: Sequence[str]) -> str | None:
    """The language that *args* ask for, wherever among them: `--help` may stand before it."""
    for number, word in enumerate(args):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if word == "--lang" and number + 1 < len(args):
            value = args[number + 1]
        if value in CODES:
            return value
    return None


def _complaint(error: click.UsageError, said: Language) -> str:
    what = ""
    parameter = getattr(error, "param", None)
    if parameter is not None:
        named = isinstance(parameter, click.Option)
        what = "/".join(parameter.opts) if named else parameter.human_readable_name
    if isinstance(error, click.NoSuchOption):
        return said.say("usage.no_such_option", option=error.option_name)
    if isinstance(error, click.MissingParameter):
        return said.say("usage.missing", what=what or error.param_hint or "?")
    if isinstance(error, click.BadOptionUsage):
        return said.say("usage.bad_option", option=error.option_name)
    if isinstance(error, click.BadParameter):
        return said.say("usage.bad_value", what=what or error.param_hint or "?")
    return said.say("usage.wrong")


__all__ = ["Spoken", "SpokenCommand", "SpokenGroup"]
