"""The part of the contract that only the city's side writes: no pole imports it.

The order in which fields are written, as in ``contract.FIELDS``.
"""

ROOT = "diya/1"  # the head of every topic, unless the site says otherwise

PIECES = "_update"  # a release's pieces are below it, where a pole's name stands in other topics (update/download.py)

ENVELOPE = ("v", "key", "sender", "n", "flashNonce", "body", "mac")
OVERRIDE = (
    "type", "owner", "level", "reason", "cmsRefId", "refAddress", "start", "expiration", "rampToLevelTime",
)  # fmt: skip
CANCEL = ("type", "owner", "cmsRefId")
TIME_ANSWER = ("v", "nonce", "unixMs", "mac")
REKEY = ("type", "name", "nonce", "wrapped")

# who decides the level, highest first (the last three never expire)
OWNERS = ("safety", "local", "emergency", "incident", "lock", "operator", "calendar", "photocell", "default")
