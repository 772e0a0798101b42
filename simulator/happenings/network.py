"""Happenings to the network and the broker, and messages from them."""

from __future__ import annotations

from simulator.happenings.kind import ALL, ALONE, Kind

KINDS = (
    Kind(
        "network_outage",
        "The Wi-Fi access point of the poles cannot be reached; the record reports it, not the pole.",
        f"1.0 lets no frame through; {ALL}",
        ("communicationFailure",),
    ),
    Kind(
        "names_unanswered",
        "The name server no longer answers: a look-up blocks the whole chip for 7 s and finds nothing.",
        f"1.0 answers none; {ALL}",
    ),
    Kind(
        "broker_down",
        "The city's MQTT broker is gone: connections are refused and open ones close; the record reports it.",
        f"1.0 is no broker at all; {ALL}",
        ("communicationFailure",),
        targets=(),
    ),
    Kind(
        "command",
        "The city sends an override: level (0-100 %), minutes, owner (operator) and rampToLevelTime (2 s).",
        ALONE,
        lasts=False,
    ),
    Kind(
        "mqtt_flood",
        "The poles' command topics are flooded: empty, tiny, too large, unreadable, malformed and old messages.",
        "1.0 are 20 messages at once every 10 s; 0.5 are 10.",
    ),
    Kind(
        "console_flood",
        "The console is flooded: noise, endless lines, and requests that make no sense.",
        "1.0 are 20 lines at once every 10 s; 0.5 are 10.",
    ),
)
