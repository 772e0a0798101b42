"""The catalogue of event types is complete: no other name of one stands anywhere in the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from host_tools.city.correlation import fault
from host_tools.wire.event_types import CATALOGUE, DANGER, NOTE
from host_tools.wire.reported import REPORTED
from pole.health.event_types import EVENT_TYPES

ROOT = Path(__file__).parents[3]
# how names of event types end; what ends so and is none: fields of reports and faults of the street
ENDING = re.compile(
    r"[a-z]+(?:[A-Z][a-z]+)*(?:Failure|Lost|Loss|TooLow|TooHigh|Detected|Open|Reset|Dropped|Lowered|Reformatted"
    r"|Disagreement|Unconfirmed|Flicker|UnexpectedOn|Changed)|highTemperature|safeMode"
)
CATALOGUE_FILE = "host_tools/wire/event_types.py"
# the last two: what the audit says of an order, and NGSI-LD of a subscription
NO_EVENT = {*fault.KINDS, *REPORTED, "supplyLost", "rowChanged", "lastFailure"}


def literals() -> dict[str, str]:
    """{text that looks like an event type: where it stands} of firmware, host tools and simulator but the catalogue."""
    out = {}
    for tree in ("firmware", "host_tools", "simulator"):
        for path in set((ROOT / tree).rglob("*.py")) - {ROOT / CATALOGUE_FILE}:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and ENDING.fullmatch(node.value):
                    out[node.value] = f"{path.relative_to(ROOT)}, line {node.lineno}"
    return out


def raised() -> dict[str, str]:
    """{first text of a call of ``event``, which raises one: where it stands} in the firmware."""
    out = {}
    for path in (ROOT / "firmware").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "event":
                for argument in node.args[1:2]:
                    if isinstance(argument, ast.Constant):
                        out[argument.value] = f"{path.relative_to(ROOT)}, line {node.lineno}"
    return out


def test_every_name_in_the_code_is_in_the_catalogue() -> None:
    found = literals()
    assert len(found) > 20
    assert not {name: place for name, place in found.items() if name not in CATALOGUE and name not in NO_EVENT}
    assert raised() and not {name: place for name, place in raised().items() if name not in CATALOGUE}


def test_every_entry_is_used_and_every_condition_has_one() -> None:
    assert set(EVENT_TYPES) <= set(CATALOGUE)
    assert set(CATALOGUE) - set(raised()) <= {*literals(), *EVENT_TYPES}


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_an_entry_says_what_it_means_in_both_languages(name: str) -> None:
    one = CATALOGUE[name]
    assert one.name == name and DANGER <= one.severity <= NOTE
    assert one.english.endswith(".") and one.hindi.endswith("।") and re.search("[\u0900-\u097f]", one.hindi)


def test_conditions_begin_and_end() -> None:
    assert all(CATALOGUE[name].ends for name in EVENT_TYPES)


def test_docs_name_every_type() -> None:
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    assert not [name for name in CATALOGUE if f"`{name}`" not in page]


def test_talq_names_are_talqs() -> None:
    # event types of TALQ's data model 2.7.1 that Diya raises; the others are its own
    talq = {
        "cabinetDoorOpen", "communicationFailure", "controlGearCommFailure", "currentTooHigh", "cyclingFailure",
        "deviceReset", "dimmingFailure", "highTemperature", "impactDetected", "lampFailure", "lampPowerTooHigh",
        "lampPowerTooLow", "lampUnexpectedOn", "leakageDetected", "orientationChanged", "powerFactorTooLow",
        "relayFailure", "supplyLoss", "supplyVoltageTooHigh", "supplyVoltageTooLow",
    }  # fmt: skip
    assert {one.name for one in CATALOGUE.values() if one.talq} == talq
