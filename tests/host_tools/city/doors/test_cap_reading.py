"""Alerts as agencies really send them are read; what is no alert is refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.doors.cap_reading import Alert, read, read_areas
from host_tools.language.language import Spoken
from tests.host_tools.city.doors.cap_samples import CONTRACTS, F01_WEST, IST, NAMESPACE, alert, iso

NOW = 1_795_542_000


def readable(data: bytes) -> Alert:
    return read(data, IST)


def test_a_valid_alert_is_read_whole() -> None:
    found = readable(alert(NOW, effective=iso(NOW), onset=iso(NOW + 600), circle="23.85,78.73 0.2"))
    [info] = found.infos
    assert (found.identifier, found.sent, found.status, found.kind) == ("MP-1", NOW, "Actual", "Alert")
    assert (info.urgency, info.severity, info.effective, info.onset, info.expires) == (
        "Immediate", "Severe", NOW, NOW + 600, NOW + 3600,
    )  # fmt: skip
    assert (info.polygons, info.circles, info.places) == ((F01_WEST,), ("23.85,78.73 0.2",), ("F01",))


@pytest.mark.skipif(not CONTRACTS.is_dir(), reason="the contracts that judge the doors are not beside this checkout")
def test_the_contracts_samples_are_read() -> None:
    sachet = readable((CONTRACTS / "sachet-shape-sample.xml").read_bytes())
    assert (sachet.sender, len(sachet.infos), len(sachet.infos[0].links)) == ("Madhya-Pradesh-SDMA", 2, 1)
    assert {info.severity for info in sachet.infos} == {"Severe"}  # the second has none of its own
    areas = read_areas((CONTRACTS / "sachet-polygon-shape-sample.xml").read_bytes())
    assert (areas.identifier, len(areas.polygons)) == (sachet.identifier, 2)
    amber = readable((CONTRACTS / "cap_amber_alert_example.xml").read_bytes())
    assert (amber.infos[1].event, amber.infos[0].expires) == ("Abducción de Niño", None)


@pytest.mark.parametrize(
    "data",
    [
        alert(NOW, scope=None),
        alert(NOW).replace(b"<polygon>", b"<polygon>\n   ").replace(b"Actual", b"\n Actual\n"),
        alert(NOW).replace(NAMESPACE.encode(), b"urn:oasis:names:tc:emergency:cap:1.1"),
        alert(NOW).replace(f' xmlns="{NAMESPACE}"'.encode(), b""),
        alert(NOW).replace(b"<", b"<cap:").replace(b"<cap:/", b"</cap:").replace(b"<cap:?", b"<?").replace(
            b"xmlns=", b"xmlns:cap="
        ),
        alert(NOW, status="ACTUAL", msgType="alert", urgency="immediate", severity="SEVERE"),
        alert(NOW, sent=iso(NOW)[:19] + ".000+05:30"),
        alert(NOW, sent=iso(NOW)[:19]),  # without its zone: the site's
        alert(NOW, sent=iso(NOW).replace("T", " ")),
        b"\xef\xbb\xbf" + alert(NOW),
        alert(NOW).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        alert(NOW, after="<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'><SignedInfo/></Signature>"),
        alert(NOW, after="<!-- made by hand --><?php no ?><unknown>1</unknown>"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_valid_by_the_schema_is_taken(data: bytes) -> None:
    found = readable(data)
    assert (found.sent, found.status, found.kind, found.infos[0].polygons[0]) == (NOW, "Actual", "Alert", F01_WEST)
    assert (found.infos[0].urgency, found.infos[0].severity) == ("Immediate", "Severe")


def test_a_time_in_utc_is_the_same_time() -> None:
    assert readable(alert(NOW, sent="2026-11-24T17:40:00Z")).sent == NOW
    assert readable(alert(NOW, sent="2026-11-24T17:40:00-00:00")).sent == NOW


def test_a_time_of_an_info_that_cannot_be_read_is_a_doubt_and_no_refusal() -> None:
    assert readable(alert(NOW, expires="2026/9/30 下午 05:00:00")).infos[0].doubt == "expires"


BOMB = b'<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY a "0123456789"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The alert cannot be read as XML"),
        (b"{}", "The alert cannot be read as XML"),
        (alert(NOW)[:-9], "The alert cannot be read as XML"),
        (BOMB + b"<alert>&b;</alert>", "Entities are forbidden"),
        (b'<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>', "Entities are forbidden"),
        (b'<!DOCTYPE alert SYSTEM "http://127.0.0.1/x.dtd"><alert/>', "The alert cannot be read as XML"),
        (alert(NOW, headline="caf\xe9").decode().encode("latin-1"), "The alert cannot be read as XML"),
        (alert(NOW).replace(b"UTF-8", b"UTF-16"), "The alert cannot be read as XML"),
        (alert(NOW).replace(b"UTF-8", b"klingon"), "The alert cannot be read as XML"),
        (b"<a>" * 5000 + b"</a>" * 5000, "The alert cannot be read as XML"),
        (b"<alert>" + b" " * (257 * 1024) + b"</alert>", "The alert has 263183 bytes and must have at most 262144."),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "The document is 'feed' and must be an alert of CAP."),
        (alert(NOW, identifier=None), "identifier is missing and must be given."),
        (alert(NOW, sender=" "), "sender is missing and must be given."),
        (alert(NOW, sent="yesterday"), "sent is 'yesterday' and must be a time such as"),
        (alert(NOW, sent="9999-12-31T23:59:59+00:00"), "sent is '9999-12-31T23:59:59+00:00' and must be a time"),
        (alert(NOW, status="Live"), "status is 'Live' and must be one of Actual, Exercise"),
        (alert(NOW, msgType="Alarm"), "msgType is 'Alarm' and must be one of Alert, Update"),
        (alert(NOW, identifier="x" * 501), "identifier has 501 characters and must have at most 500."),
    ],
)
def test_what_is_no_alert_is_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(Spoken) as refused:
        readable(data)
    assert said in str(refused.value)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 900), junk=st.binary(min_size=1, max_size=12))
def test_damaged_bytes_are_read_or_refused_and_never_a_fault(at: int, junk: bytes) -> None:
    whole = alert(NOW)
    try:
        readable(whole[:at] + junk + whole[at + len(junk) :])
    except Spoken:
        pass
