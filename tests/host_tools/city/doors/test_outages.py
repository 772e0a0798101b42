"""The street's own outages as CAP 1.2: valid by the schema, in two languages, ended by a Cancel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import xmlschema

from host_tools.city.doors import cap_reading, cap_writing
from host_tools.city.doors.cap_writing import Outage, Sender
from host_tools.site import load_site
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.doors.cap_samples import CONTRACTS

IST = ZoneInfo("Asia/Kolkata")
NOW = 1_795_542_000
SENDER = Sender("sagar", "Sagar <& Sons>", IST, 23.84, 78.74)
ATOM = "{http://www.w3.org/2005/Atom}"


def outage(ended: int | None = None, poles: int = 12) -> Outage:
    known = load_site("sagar").poles[:poles]
    places = [(one.latitude, one.longitude) for one in known]
    what = {"en": "No supply <F01> \u202e\x07", "hi": "बिजली नहीं"}
    return Outage(7, NOW - 3600, ended, places, [one.name for one in known], what)


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    if not CONTRACTS.is_dir():
        pytest.skip("the contracts that judge the doors are not beside this checkout")
    return xmlschema.XMLSchema(str(CONTRACTS / "CAP-v1.2.xsd"))


@pytest.mark.parametrize("one", [outage(), outage(NOW - 60), outage(poles=1), outage(poles=0)], ids=str)
def test_what_is_sent_is_valid_by_the_schema(schema: xmlschema.XMLSchema, one: Outage) -> None:
    schema.validate(cap_writing.document(SENDER, one, NOW).decode())


def test_our_own_reader_finds_in_it_what_is_meant() -> None:
    begun = cap_reading.read(cap_writing.document(SENDER, outage(), NOW), IST)
    assert (begun.identifier, begun.sender, begun.sent, begun.kind) == ("sagar-7", "diya.sagar", NOW - 3600, "Alert")
    assert [info.headline for info in begun.infos] == ["12 street lights are dark", "सड़क की 12 बत्तियाँ बंद हैं"]
    [polygon] = begun.infos[0].polygons
    assert polygon.split()[0] == polygon.split()[-1] and polygon.startswith("23.8")
    over = cap_reading.read(cap_writing.document(SENDER, outage(NOW - 60), NOW), IST)
    assert (over.identifier, over.kind, over.sent) == ("sagar-7-end", "Cancel", NOW - 60)
    assert over.references == "diya.sagar,sagar-7,2026-11-24T22:10:00+05:30"


def test_a_dark_feeder_is_in_the_feed(bench: Bench, schema: xmlschema.XMLSchema) -> None:
    feeder = [one.name for one in load_site("sagar").poles if one.feeder == "F01"]
    for name in feeder:
        bench.born(name)
    for name in feeder:
        bench.event(name, "supplyLoss")
        bench.say(name, "presence", online=False)
    bench.record.look_at_street(bench.now)
    with bench.client("viewer") as client:
        feed: Any = client.get("/doors/cap/alerts")
        assert feed.headers["content-type"].startswith("application/atom+xml")
        [entry] = ElementTree.fromstring(feed.content).findall(f"{ATOM}entry")
        link = entry.find(f"{ATOM}link")
        assert link is not None
        alert = client.get(link.attrib["href"].partition("testserver.local")[2])
        assert alert.headers["content-type"].startswith("application/cap+xml")
        schema.validate(alert.content.decode())
        told = re.search(r"<headline>(\d+) street lights are dark", alert.text)
        assert told and len(feeder) / 2 < int(told[1]) <= len(feeder)
        assert client.get("/doors/cap/alerts/sagar-99").status_code == 404
        assert client.get("/doors/cap/alerts/..%2f..%2fetc").status_code in (404, 400)
    assert Path(CONTRACTS).name == "cap"
