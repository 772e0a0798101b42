"""A site: one city's place, poles, luminaires and lighting programmes, read from `site.toml` and `poles.csv`.

Tests of several modules: `test_new` (`diya site new`).
"""

from host_tools.site.load import find_site, load_site
from host_tools.site.model import Luminaire, Pole, Problem, Rule, Site, SiteError, SwitchPoint
from host_tools.site.pole_settings import pole_config

__all__ = [
    "Luminaire", "Pole", "Problem", "Rule", "Site", "SiteError", "SwitchPoint", "find_site", "load_site", "pole_config",
]  # fmt: skip
