"""Traffic management: from the level of a segment to the light of its poles, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_tools.city.doors import traffic
from host_tools.city.doors.body import read
from host_tools.city.doors.traffic import SegmentLevel
from host_tools.language.language import Spoken
from host_tools.site.door_files import Segment
from tests.host_tools.city.doors.street_bench import Street

PATH = "/doors/traffic/segments/SEG-14"
PROBLEM = "application/problem+json"


def test_a_level_raises_the_light_of_the_segment_is_renewed_and_ends(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=3, start="2026-11-25T01:00") as street:
        http = street.program("traffic", zones=["W21"])
        before = street.state("P0002")
        assert (before["level"], before["owner"]) == (70, "calendar")
        asked = street.now
        put = http.put(PATH, json={"level": 2})
        assert (put.status_code, put.json()["level"]) == (200, 2)
        assert http.put(PATH, json={"level": 2}).json()["light"]["orders"] == put.json()["light"]["orders"]
        street.go(5)
        now = street.state("P0002")
        assert (now["target"], now["owner"], now["until"]) == (85, "incident", asked + 1800)
        assert now["reason"] == "traffic level 2 on SEG-14"
        assert street.light("P0002") > 0.8
        told = http.get(PATH).json()
        light = told["light"]
        assert (told["level"], light["poles"], light["lit"], light["applied"], light["until"]) == (
            2, 3, 3, 3, asked + 1800,
        )  # fmt: skip
        assert light["livesBy"] == 2  # the junction gives more by its calendar: an incident never lowers
        assert street.state("P0001")["target"] == 100
        street.go(600)
        renewed = street.now
        http.put(PATH, json={"level": 3})
        street.go(5)
        assert (street.state("P0002")["target"], street.state("P0002")["until"]) == (100, renewed + 1800)
        http.put(PATH, json={"level": 1})
        street.go(5)
        assert street.state("P0001")["target"] == 100
        assert (street.state("P0002")["target"], street.state("P0002")["owner"]) == (70, "calendar")  # it has as much
        assert http.put(PATH, json={"level": 0}).json()["level"] == 0
        http.put(PATH, json={"level": 3})
        street.go(5)
        street.receiver = False  # and no console speaks either: it ends by itself
        street.go(1800)
        assert (street.state("P0002")["target"], street.state("P0002")["owner"]) == (70, "calendar")
        assert http.get(PATH).json()["light"]["why"] == "over"


def test_what_is_outside_of_its_token_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with Street.begin(tmp_path, poles=2) as street:
        for limits, said in (
            ({"zones": ["W22"]}, "7 of its poles (P0001, P0002, P0003, P0004, P0005, ...) lie outside of W22, where"),
            ({"highest": 80}, "The level is 100 percent, and traffic-2 may ask for 80 at most."),
            ({"minutes": 20}, "It would hold for 30 minutes, and traffic-3 may ask for 20 at most."),
        ):
            answer = street.program("traffic", **limits).put(PATH, json={"level": 3})  # type: ignore[arg-type]
            assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
            assert said in answer.json()["detail"]
        assert street.program("cap").put(PATH, json={"level": 3}).status_code == 403
        http = street.program("traffic")
        http.put(PATH, json={"level": 3})
        other = street.program("traffic").put(PATH, json={"level": 0})
        assert other.status_code == 409 and "can be changed by traffic-5 alone" in other.json()["detail"]
        slow = street.program("traffic", calls=2)
        assert [slow.get(PATH).status_code for _ in range(3)] == [200, 200, 429]
        assert int(slow.get(PATH).headers["retry-after"]) > 0
        hindi = http.put(PATH, json={"level": 4}, headers={"accept-language": "hi"})
        assert hindi.json()["detail"] == "level 4 है और int <= 3 होना चाहिए।"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "The body is no JSON"),
        (b'{"level": 3', "The body is no JSON"),
        (b'{"level": 4}', "level is 4 and must be int <= 3."),
        (b'{"level": -1}', "level is -1 and must be int >= 0."),
        (b'{"level": "3"}', "level is '3' and must be int, got str."),
        (b'{"level": 2.5}', "level is 2.5 and must be int, got float."),
        (b'{"level": true}', "level is True and must be int, got bool."),
        (b"{}", "level is missing and must be given."),
        (b'{"level": 3, "until": 99}', "until is no field of this message."),
        (b"[3]", "the body is [3] and must be object, got array."),
        (b"\xff\xfe{\x00}\x00", "The body is no JSON"),
        (b'{"level": 3}' + b" " * 20_000, "must have at most 20000"),
    ],
)
def test_a_message_that_is_malformed_is_refused_with_the_reason(body: bytes, said: str) -> None:
    with pytest.raises(Spoken) as refused:
        read(body, SegmentLevel)
    assert said in str(refused.value)


def test_the_longest_id_of_a_segment_fits_on_the_wire() -> None:
    wish = traffic.wish(Segment("S" * 32, ((78.7, 23.8), (78.8, 23.8)), 25), 3, 1000)
    assert (len(wish.reason), wish.until) == (len("traffic level 3 on ") + 32, 2800)
    assert len(wish.ref) <= 64 and len(wish.address) <= 64
