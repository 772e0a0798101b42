"""The optional parts of the installation: which extra of the package a missing module comes with.

`host_tools/cli.py` turns the ModuleNotFoundError of any verb into this sentence, so a verb imports what it needs where
it needs it, and has no code for its absence.  An extra is only declared in `pyproject.toml`; its distributions must be
called as their modules are (`-` and `_` are the same).
"""

from __future__ import annotations

import re
from importlib import metadata

_OURS = ("host_tools", "simulator", "pole")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9._-]+).*?;.*\bextra\s*==\s*['\"]([A-Za-z0-9._-]+)['\"]", re.S)


def how_to_install(extra: str) -> str:
    """The command that adds *extra* to an installed Diya."""
    return f"pip install 'diya[{extra}]'"


def missing_module(error: ImportError) -> str | None:
    """The sentence for a module that is not there or cannot be loaded; None where it is one of Diya's own: a bug."""
    module = (error.name or "").partition(".")[0]
    if not module or module in _OURS:
        return None
    extra = extra_of(module)
    if not isinstance(error, ModuleNotFoundError):
        cure = how_to_install(extra) if extra else "pip install diya"
        cure = cure.replace("install", "install --force-reinstall", 1)
        return f"the module {module} cannot be loaded ({error}): install it again with {cure}"
    if extra:
        return f"this needs the module {module}, which comes with the extra '{extra}': {how_to_install(extra)}"
    return f"the module {module} is missing, so this installation of Diya is incomplete: install Diya again"


def extra_of(module: str) -> str | None:
    """The extra of the installed package that *module* comes with, by the package's own metadata; None without one."""
    try:
        requirements = metadata.requires("diya") or []
    except metadata.PackageNotFoundError:
        return None
    wanted = _normal(module)
    for requirement in requirements:
        found = _REQUIREMENT.match(requirement)
        if found and _normal(found[1]) == wanted and found[2] != "dev":
            return found[2]
    return None


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
