"""Outcomes and reasons of acks, the part of the contract that a pole loads only to judge a message."""

from pole.wire.contract import BUSY, REJECTED  # the ack when there is no memory for this module

__all__ = ("BUSY", "REJECTED")

# what an ack says
APPLIED = "applied"
# why a command is rejected
BAD_ENVELOPE = "badEnvelope"
BAD_FIELD = "badField"
TOO_LARGE = "tooLarge"
EXPIRED = "expired"
REPLAYED = "replayed"
BAD_MAC = "badMac"
CLOCK_UNKNOWN = "clockUnknown"
BELOW_FLOOR = "belowFloor"
UNKNOWN_REFERENCE = "unknownReference"
NOT_STORED = "notStored"
NOT_REKEYED = "notRekeyed"
REVERTED = "reverted"
OWN_KEY_FIRST = "ownKeyFirst"
# what an ack of an update says, beside these; in one text, because short ones would stay in memory for good
ACCEPTED, WRONG_BOARD, WRONG_MPY, NO_SPACE = "accepted wrongBoard wrongMpy noSpace".split(" ")  # noqa: SIM905
BAD_SIGNATURE = "badSignature"
OLDER_VERSION = "olderVersion"
WRONG_CONTENT = "wrongContent"
