"""The limits of commands in site.toml."""

from __future__ import annotations

import pytest

from host_tools.site.command_limits import read_limits
from host_tools.site.limit import Limit, roles
from host_tools.site.load import load_site
from host_tools.site.toml_reader import Reader


@pytest.mark.parametrize(("text", "said"), [
    ("[limits.operator]\nlowest = 120\n", "line 2: limits.operator.lowest is 120 and must be 0 to 100 percent"),
    ("[limits.operator]\nlowest = 60\nhighest = 50\n", "lowest is 60 and must be at most highest, 50"),
    ('[limits.x]\nowners = ["king"]\n', "must be an owner of commands"),
    ("[limits.x]\nowner = 1\n", "is not a field here"),
    ("[limits.x]\nhours = 200\n", "must be 0.0166667 to 168 hours"), ("limits = 3\n", "must be a table"),
    ("[limits]\noperator = 3\n", "must be a table"), ("[limits.x]\npoles = 0\n", "must be 1 to 1000000"),
])  # fmt: skip
def test_limits_that_make_no_sense_are_named_with_their_line(text: str, said: str) -> None:
    reader = Reader("site.toml", text)
    read_limits(reader, 20)
    assert said.replace("1000000", "1e+06") in " ".join(map(str, reader.problems))


def test_a_table_changes_what_it_names_of_a_role_and_a_new_name_keeps_to_the_floor() -> None:
    reader = Reader("site.toml", "[limits.operator]\nhours = 6\n[limits.cctv]\nowners = ['incident']\n")
    assert read_limits(reader, 25) == {
        **roles(25), "operator": Limit(25, 100, 6 * 3600, 2000, ("operator",)),
        "cctv": Limit(25, owners=("incident",)),
    }  # fmt: skip
    assert reader.problems == []


def test_a_site_has_limits_though_its_file_names_none() -> None:
    assert load_site("sagar").limits == roles(load_site("sagar").floor)
