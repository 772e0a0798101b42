"""A mistake in a TOML file is reported with the line a person finds it on."""

from host_tools.site.toml_lines import Lines

TEXT = """\
# a remark
name = "x"
[a.b]
"odd key" = [
  { k = 1, m.n = 2 },  # a remark behind

  # and one between
  [3, 4],
]
[[rule]]
name = "first"
[[rule]]
name = "second"
[rule.more]
deep = 1
"""


def test_keys_of_tables_and_inline_tables_have_their_own_line() -> None:
    lines = Lines(TEXT)
    assert lines.of(("name",)) == 2
    assert lines.of(("a", "b")) == 3
    assert lines.of(("a", "b", "odd key")) == 4
    assert lines.of(("a", "b", "odd key", 0, "k")) == 5
    assert lines.of(("a", "b", "odd key", 0, "m", "n")) == 5


def test_remarks_and_empty_lines_between_entries_do_not_count_as_entries() -> None:
    assert Lines(TEXT).of(("a", "b", "odd key", 1)) == 8


def test_each_table_of_an_array_of_tables_is_told_apart() -> None:
    lines = Lines(TEXT)
    assert (lines.of(("rule", 0, "name")), lines.of(("rule", 1, "name"))) == (11, 13)
    assert lines.of(("rule", 1, "more", "deep")) == 15


def test_what_is_missing_is_reported_where_it_should_have_been() -> None:
    lines = Lines(TEXT)
    assert lines.of(("rule", 1, "programme")) == 12
    assert lines.of(("nowhere", "at all")) == 1
