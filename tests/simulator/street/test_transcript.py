"""The transcript: sorted by time, pole, and order within a pole; payloads as they were on the wire."""

import json
from pathlib import Path

from simulator.street.transcript import Transcript


def test_lines_are_sorted_by_time_then_pole_then_order_within_the_pole(tmp_path: Path) -> None:
    transcript = Transcript()
    for ms, pole, kind in ((20, "P2", "x"), (20, "P1", "b"), (20, "P1", "a"), (5, "P2", "late"), (20, "P10", "c")):
        transcript.add(ms, pole, kind, b"{}")
    path = tmp_path / "t.jsonl"
    transcript.write(path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["ms"], line["pole"], line["kind"]) for line in lines] == [
        (5, "P2", "late"), (20, "P1", "b"), (20, "P1", "a"), (20, "P10", "c"), (20, "P2", "x"),
    ]  # fmt: skip
    assert [line["n"] for line in lines if line["pole"] == "P2"] == [2, 1]


def test_json_is_kept_byte_for_byte_and_anything_else_is_a_string() -> None:
    transcript = Transcript()
    transcript.add(1, "P1", "meter", b'{"v":1,"w":71.10}')
    transcript.add(2, "P1", "command", b"\xff\x00 not json")
    transcript.add(3, "P1", "command", b"")
    transcript.add(4, "P1", "command", b"two\nlines")
    lines = transcript.lines()
    assert lines[0] == '{"ms":1,"pole":"P1","n":1,"kind":"meter","payload":{"v":1,"w":71.10}}'
    assert json.loads(lines[1])["payload"] == "\ufffd\x00 not json"
    assert json.loads(lines[2])["payload"] == ""
    assert all("\n" not in line for line in lines)


def test_json_that_spans_lines_is_still_one_line() -> None:
    transcript = Transcript()
    transcript.add(1, "P1", "command", b'{"v":\n1}')
    (line,) = transcript.lines()
    assert "\n" not in line
    assert json.loads(line)["payload"] == {"v": 1}
