"""Alerts of CAP as agencies write them, made up after the shapes of public ones and of bug reports on them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

IST = ZoneInfo("Asia/Kolkata")
CONTRACTS = Path(__file__).resolve().parents[5] / "shared" / "contracts" / "cap"
SENDER = "Madhya-Pradesh-SDMA"
F01_WEST = "23.8470,78.7310 23.8470,78.7340 23.8500,78.7340 23.8500,78.7310 23.8470,78.7310"  # P0001 to P0006
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"


def iso(unix: int) -> str:
    return datetime.fromtimestamp(unix, IST).isoformat()


def alert(now: int, **other: Any) -> bytes:
    """A flood alert sent at *now* (Unix s) for an hour, for F01_WEST; *other* values of its elements, None: left out.

    ``info`` and ``area`` are more text in there.
    """
    values = {
        "identifier": "MP-1", "sender": SENDER, "sent": iso(now), "status": "Actual", "msgType": "Alert",
        "scope": "Public", "references": None, "language": "en-IN", "category": "Met", "event": "Flood",
        "responseType": None, "urgency": "Immediate", "severity": "Severe", "certainty": "Observed",
        "effective": None, "onset": None, "expires": iso(now + 3600), "headline": "Flood at the lake",
        "areaDesc": "F01", "polygon": F01_WEST, "circle": None, "info": "", "area": "", "after": "", **other,
    }  # fmt: skip

    def told(*names: str) -> str:
        return "".join(f"<{name}>{values[name]}</{name}>" for name in names if values[name] is not None)

    head = told("identifier", "sender", "sent", "status", "msgType", "scope", "references")
    info = told(
        "language", "category", "event", "responseType", "urgency", "severity", "certainty", "effective", "onset",
        "expires", "headline",
    )  # fmt: skip
    area = f"<area>{told('areaDesc', 'polygon', 'circle')}{values['area']}</area>"
    body = f"{head}<info>{info}{values['info']}{area}</info>{values['after']}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="{NAMESPACE}">{body}</alert>'.encode()


def update(now: int, kind: str, identifier: str, before: str, sent: int, **other: Any) -> bytes:
    """An Update or Cancel (*kind*) of the alert *before*, which was sent at *sent*."""
    refers = f"{SENDER},{before},{iso(sent)}"
    return alert(now, msgType=kind, identifier=identifier, **{"references": refers, **other})
