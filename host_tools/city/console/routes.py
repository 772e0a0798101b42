"""The routes of all screens: each module of `access/`, `doors/` and `pages/` that has some lists them in ROUTES."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from host_tools.city.console import access, doors, pages


def routes() -> list[Any]:
    """The handlers of every module that has some, by the names of the modules."""
    found = [
        import_module(module.name)
        for package in (access, pages, doors)
        for module in iter_modules(package.__path__, f"{package.__name__}.")
    ]
    return [route for module in found for route in getattr(module, "ROUTES", ())]
