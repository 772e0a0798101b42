"""Times as people type them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from host_tools.durations import moment, span
from host_tools.errors import CommandError

ZONE = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 24, 19, 0, tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("30min", 1800), ("2h", 7200), ("1h30m", 5400), ("1d", 86400)]
)
def test_spans(text: str, seconds: int) -> None:
    assert span(text) == seconds


@pytest.mark.parametrize("text", ["", "0m", "-5m", "30", "m", "1.5h", "30m1h", "x"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="and must be such as 90s, 30m, 2h or 1h30m"):
        span(text)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("22:30", "2026-11-24T22:30"),
        ("06:00", "2026-11-25T06:00"),
        ("19:00", "2026-11-25T19:00"),
        ("2026-12-01T01:00", "2026-12-01T01:00"),
        ("2026-12-01T01:00+00:00", "2026-12-01T06:30"),
    ],
)
def test_moments_are_local_to_the_site_and_ahead(text: str, local: str) -> None:
    assert datetime.fromtimestamp(moment(text, NOW, ZONE), ZONE).strftime("%Y-%m-%dT%H:%M") == local


@pytest.mark.parametrize(("text", "said"), [("24:30", "such as 22:30"), ("2026-11-24T18:00", "must be after now")])
def test_what_is_no_moment_ahead_is_refused(text: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        moment(text, NOW, ZONE)
