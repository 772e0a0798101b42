"""What the files of a site allow, for who judges an order."""

from __future__ import annotations

from functools import partial

from host_tools.city.commands.limits import touches_night
from host_tools.city.commands.order_judge import Rules
from host_tools.site.limit import roles
from host_tools.site.model import Site

FLOOR = 20  # percent, for a site whose files are not here


def rules_of(site: Site | None) -> Rules:
    """What the files of *site* allow; without them, what holds for every site."""
    if site is None:
        return Rules(FLOOR, roles(FLOOR))
    groups = {pole.name: pole.groups for pole in site.poles}
    night = partial(touches_night, site)
    return Rules(site.floor, site.limits, night, groups)
