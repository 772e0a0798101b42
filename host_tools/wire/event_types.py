"""The event types that a pole reports, or the record for it: one entry each.

A type's name is TALQ 2.7's where TALQ has one (``talq``); the others are Diya's own.
"""

from __future__ import annotations

from dataclasses import dataclass

DANGER, DARK, DEGRADED, NOTE = 1, 2, 3, 4  # severity: people, an unlit road, less than it should be, worth knowing

# types that the code uses by name; their names on the wire are only here and in the firmware
SUPPLY_LOSS, SAFE_MODE, PART_FAILURE = "supplyLoss", "safeMode", "partFailure"
COMMUNICATION_FAILURE = "communicationFailure"
# the pole no longer has the records first ... last of attributes.epoch (default: its own): because its journal was
# full, or because it was asked for records that it does not have
EVENTS_DROPPED = "eventsDropped"

LAMP, SUPPLY, COLUMN, SENSOR, NODE, LINK = "lamp", "supply", "column", "sensor", "node", "link"


@dataclass(frozen=True)
class EventType:
    """One type of event.

    *ends*: it begins and ends (``startEndFlag``), as a fault does; else it is over at once.
    *concerns*: which part of the pole it is about.
    *english*, *hindi*: what it means, in a sentence.
    """

    name: str
    talq: bool
    severity: int
    ends: bool
    concerns: str
    english: str
    hindi: str


CATALOGUE = {
    one.name: one
    for one in (
        # -- the lamp
        EventType(
            "lampFailure", True, DARK, True, LAMP,
            "The lamp gives no light: only the driver's no-load power flows.",
            "लैम्प नहीं जल रहा: केवल ड्राइवर की बिना लोड वाली बिजली बह रही है।",
        ),
        EventType(
            "lampUnexpectedOn", True, DEGRADED, True, LAMP,
            "The lamp takes power though the relay is open.",
            "रिले खुला है, फिर भी लैम्प बिजली ले रहा है।",
        ),
        EventType(
            "lampPowerTooLow", True, DEGRADED, True, LAMP,
            "A part of the lamp's light is missing: it takes less power than it should.",
            "लैम्प की कुछ रोशनी कम है: वह जितनी चाहिए उससे कम बिजली ले रहा है।",
        ),
        EventType(
            "lampPowerTooHigh", True, DEGRADED, True, LAMP,
            "The lamp takes more power than it should.",
            "लैम्प जितनी चाहिए उससे ज़्यादा बिजली ले रहा है।",
        ),
        EventType(
            "lampFlicker", False, DEGRADED, True, LAMP,
            "The lamp's power jumps to and fro.",
            "लैम्प टिमटिमा रहा है: उसकी बिजली घटती-बढ़ती है।",
        ),
        EventType(
            "cyclingFailure", True, DARK, True, LAMP,
            "The lamp goes out and comes back again and again.",
            "लैम्प बार-बार बुझता और जलता है।",
        ),
        EventType(
            "dimmingFailure", True, DEGRADED, True, LAMP,
            "The light does not follow the dimmer.",
            "रोशनी डिमर के अनुसार नहीं बदलती।",
        ),
        EventType(
            "relayFailure", True, DARK, True, LAMP,
            "The relay is closed and no power reaches the lamp.",
            "रिले बंद है, पर लैम्प तक बिजली नहीं पहुँच रही।",
        ),
        EventType(
            "controlGearCommFailure", True, DEGRADED, True, LAMP,
            "The lamp's driver does not answer on DALI.",
            "लैम्प का ड्राइवर DALI पर जवाब नहीं देता।",
        ),
        EventType(
            "powerFactorTooLow", True, NOTE, True, LAMP,
            "The power factor is lower than this lamp's should be.",
            "पावर फ़ैक्टर इस लैम्प के लिए जितना चाहिए उससे कम है।",
        ),
        # -- the supply
        EventType(
            SUPPLY_LOSS, True, DARK, True, SUPPLY,
            "The pole has no mains.",
            "खम्भे पर बिजली नहीं है।",
        ),
        EventType(
            "supplyVoltageTooLow", True, DEGRADED, True, SUPPLY,
            "The mains voltage is lower than usual here.",
            "बिजली का वोल्टेज यहाँ के सामान्य से कम है।",
        ),
        EventType(
            "supplyVoltageTooHigh", True, DEGRADED, True, SUPPLY,
            "The mains voltage is higher than usual here.",
            "बिजली का वोल्टेज यहाँ के सामान्य से ज़्यादा है।",
        ),
        EventType(
            "currentTooHigh", True, DEGRADED, True, SUPPLY,
            "A load that is not the lamp's takes current from this pole: perhaps energy theft.",
            "इस खम्भे से लैम्प के अलावा कोई और भी बिजली ले रहा है: शायद बिजली चोरी।",
        ),
        EventType(
            "leakageDetected", True, DANGER, True, SUPPLY,
            "Current flows to earth at this pole: it can kill who touches it.",
            "इस खम्भे से ज़मीन में करंट जा रहा है: छूने वाले की जान जा सकती है।",
        ),
        # -- the column and its cabinet
        EventType(
            "orientationChanged", True, DANGER, True, COLUMN,
            "The column leans.",
            "खम्भा झुक गया है।",
        ),
        EventType(
            "impactDetected", True, DANGER, True, COLUMN,
            "The column was struck.",
            "खम्भे को टक्कर लगी है।",
        ),
        EventType(
            "cabinetDoorOpen", True, DANGER, True, COLUMN,
            "The door of the pole's cabinet is open.",
            "खम्भे के बक्से का दरवाज़ा खुला है।",
        ),
        EventType(
            "highTemperature", True, DEGRADED, True, COLUMN,
            "It is too hot in the enclosure: the light is limited to protect the lamp.",
            "डिब्बे के अंदर बहुत गर्मी है: लैम्प बचाने के लिए रोशनी कम की गई है।",
        ),
        # -- sensors
        EventType(
            "meterFailure", False, NOTE, True, SENSOR,
            "The energy meter does not answer, or its readings cannot be true.",
            "बिजली का मीटर जवाब नहीं देता, या उसकी रीडिंग सही नहीं हो सकती।",
        ),
        EventType(
            "photocellFailure", False, NOTE, True, SENSOR,
            "The photocell contradicts the sun and the clock: it decides nothing until it agrees again.",
            "फ़ोटोसेल सूरज और घड़ी से मेल नहीं खाता: ठीक होने तक उसकी बात नहीं मानी जाती।",
        ),
        EventType(
            "daylightUnconfirmed", False, NOTE, True, SENSOR,
            "The time is not known and only the photocell says that it is day: the lamp stays on.",
            "समय पता नहीं है और केवल फ़ोटोसेल कहता है कि दिन है: लैम्प जलता रहता है।",
        ),
        # -- the node
        EventType(
            "clockLost", False, NOTE, True, NODE,
            "The pole does not know the time.",
            "खम्भे को समय पता नहीं है।",
        ),
        EventType(
            "clockDisagreement", False, NOTE, True, NODE,
            "The witnesses of the time contradict each other.",
            "समय बताने वाले स्रोत एक-दूसरे से मेल नहीं खाते।",
        ),
        EventType(
            SAFE_MODE, False, NOTE, True, NODE,
            "The node restarted four times in a row soon after its start: it does only what keeps the street lit.",
            "नोड लगातार चार बार शुरू होते ही फिर बंद हुआ: अब वह केवल सड़क रोशन रखने का काम करता है।",
        ),
        EventType(
            PART_FAILURE, False, NOTE, True, NODE,
            "A part of the node does not work and is left out.",
            "नोड का एक हिस्सा काम नहीं करता और छोड़ दिया गया है।",
        ),
        EventType(
            "deviceReset", True, NOTE, False, NODE,
            "The node started again.",
            "नोड फिर से शुरू हुआ।",
        ),
        EventType(
            "dataReformatted", False, NOTE, False, NODE,
            "The file system of the node's data was damaged and is empty now.",
            "नोड के डेटा का फ़ाइल सिस्टम ख़राब था और अब ख़ाली है।",
        ),
        EventType(
            "updateReverted", False, NOTE, False, NODE,
            "A new version of the node's software was undone; the one before runs again.",
            "नोड के सॉफ़्टवेयर का नया संस्करण वापस लिया गया; पिछला संस्करण फिर से चल रहा है।",
        ),
        EventType(
            "marksLowered", False, NOTE, False, NODE,
            "Numbers of commands from a sender whose clock had been wrong are no longer remembered.",
            "ग़लत घड़ी वाले भेजने वाले के आदेशों के नंबर अब याद नहीं रखे जाते।",
        ),
        EventType(
            EVENTS_DROPPED, False, NOTE, False, NODE,
            "Events were lost, or are no longer there.",
            "कुछ घटनाएँ खो गईं, या अब मौजूद नहीं हैं।",
        ),
        # -- of the record, not of the pole
        EventType(
            COMMUNICATION_FAILURE, True, DEGRADED, True, LINK,
            "Nothing is heard of the pole.",
            "खम्भे से कोई सूचना नहीं आ रही।",
        ),
    )
}  # fmt: skip


def ending() -> frozenset[str]:
    """The names of the types that begin and end."""
    return frozenset(one.name for one in CATALOGUE.values() if one.ends)
