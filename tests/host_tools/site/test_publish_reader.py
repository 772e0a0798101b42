"""`[ngsi]` and `[open_data]` of site.toml: who may be told, and what is open to all."""

from __future__ import annotations

import pytest

from host_tools.site.publish_reader import read_publish_settings
from host_tools.site.publish_settings import LICENCE, PublishSettings
from host_tools.site.toml_reader import Reader


def read(text: str) -> tuple[PublishSettings, list[str]]:
    reader = Reader("site.toml", text)
    found = read_publish_settings(reader)
    return found, [str(problem) for problem in reader.problems]


def test_nothing_is_published_unless_it_is_said() -> None:
    found, problems = read("")
    assert (found, problems) == (PublishSettings((), {}, False, LICENCE), [])


def test_hosts_categories_and_the_licence_are_read() -> None:
    found, problems = read(
        '[ngsi]\nhosts = ["Broker.egov.example:443", "10.0.0.7", "[::1]:8026"]\ncategories = {park = "garden"}\n'
        '[open_data]\nenabled = true\nlicence = "CC BY 4.0"\n'
    )
    assert problems == []
    assert found == PublishSettings(
        ("broker.egov.example:443", "10.0.0.7", "[::1]:8026"), {"park": "garden"}, True, "CC BY 4.0"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[ngsi]\nhosts = ["https://broker.example"]', "must be HOST or HOST:PORT"),
        ('[ngsi]\nhosts = "broker.example"', "must be a list"), ('[ngsi]\nhost = []', "is not a field here"),
        ('[ngsi]\ncategories = {park = "wood"}', "must be a locationCategory"),
        ('[open_data]\nenabled = "yes"', "true or false"),
        ("ngsi = 1", "must be a table"), ('[ngsi]\nhosts = [1]', "must be text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text: str, says: str) -> None:
    _found, problems = read(text)
    assert len(problems) >= 1 and says in " ".join(problems)
