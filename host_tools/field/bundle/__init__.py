"""The bundle: one offline file with which the boards of one site become its poles.

Tests of several modules: `test_verb` (`diya bundle`).
"""

from host_tools.field.bundle.bundle import Bundle, Region
from host_tools.field.bundle.errors import BundleError, Damaged, Foreign, NoSpace

__all__ = ["Bundle", "BundleError", "Damaged", "Foreign", "NoSpace", "Region"]
