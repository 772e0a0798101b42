"""The street as a door needs it: where its poles stand, and what its site allows; worked out once."""

from __future__ import annotations

from functools import cached_property

from host_tools.city.commands.order_judge import Rules
from host_tools.city.commands.site_rules import rules_of
from host_tools.city.commands.who import Directory
from host_tools.site.model import Site


class Street:
    """That of *site*; without its files it has no poles that a door could find."""

    def __init__(self, site: Site | None) -> None:
        self.site = site

    @cached_property
    def directory(self) -> Directory:
        """Its poles by place and group: 10,000 take half a second."""
        site = self.site
        return Directory(site.poles, site.latitude, site.longitude) if site else Directory((), 0, 0)

    @cached_property
    def rules(self) -> Rules:
        return rules_of(self.site)
