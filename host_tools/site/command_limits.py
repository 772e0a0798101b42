"""Reads how far each role, and each token of another system, may command the lights: `[limits.NAME]` of site.toml."""

from __future__ import annotations

from collections.abc import Mapping

from host_tools.site.limit import MOST_HOURS, MOST_POLES, Limit, roles
from host_tools.site.toml_reader import Reader
from pole.wire import contract

FIELDS = ("lowest", "highest", "hours", "poles", "owners")


def read_limits(read: Reader, floor: int) -> Mapping[str, Limit]:
    """The limits of *read*'s site by name: its own, and those of the roles that it does not name."""
    out = roles(floor)
    for name in read.table(("limits",), required=False):
        path = ("limits", name)
        read.key(path)
        read.table(path)
        read.only(path, FIELDS)
        own = out.get(name, Limit(floor))
        low = read.whole((*path, "lowest"), 0, 100, "percent", default=own.lowest)
        high = read.whole((*path, "highest"), 0, 100, "percent", default=own.highest)
        if low > high:
            read.wrong((*path, "lowest"), f"is {low}", f"must be at most highest, {high}")
        owners = own.owners
        if read.get((*path, "owners")) is not None:
            count = len(read.items((*path, "owners"), 1, len(contract.COMMAND_OWNERS)))
            owners = tuple(
                read.choice((*path, "owners", at), contract.COMMAND_OWNERS, "an owner of commands")
                for at in range(count)
            )
        hours = read.number((*path, "hours"), 1 / 60, MOST_HOURS, "hours", default=own.longest_s / 3600)
        poles = read.whole((*path, "poles"), 1, MOST_POLES, default=own.poles)
        out[name] = Limit(low, high, int(hours * 3600), poles, owners)
    return out
