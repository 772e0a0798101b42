"""Judges a message of kind ``update``: its envelope, then the signature, and only then what the manifest says.

Each step is loaded alone, for they do not fit in memory together.
"""

from pole import const
from pole.runtime.transient import unload
from pole.wire import contract

_SPREAD = const(86400)  # seconds
_MANIFEST = "manifest: a short text of its own would stay in memory for good"
_STEPS = (
    "pole.wire.fields", "pole.security.sender_names", "pole.commands.verdict", "pole.security.open_message",
    "pole.wire.json_reader", "pole.security.envelope", "pole.security.hmac", "pole.security.replay_check",
    "pole.update.verify", "pole.update.signer", "pole.update.manifest",
)  # fmt: skip


class Order:
    """``refused``: (reason, detail), None where the message is genuine and sound; ``key``, ``sender``, ``n`` and
    ``mark`` of its envelope.

    ``cancel``: what is under way is to end.  Else ``text`` is the manifest, ``spread`` seconds, and ``items`` what it
    says (update/manifest.py); None where it says nothing new.
    """

    def __init__(self):
        self.key = self.sender = self.n = self.mark = self.body = self.refused = self.items = None
        self.signed = self.heard = self.cancel = False
        self.text = ""
        self.spread = 0


def judge(parts, topic, payload, now):
    """The Order that the message *payload* on *topic* is.  *parts*: app.py.  *now*: Unix s or None.

    Never raises anything but MemoryError, for any bytes.
    """
    order = Order()
    try:
        body = _opened(parts, order, topic, payload, now)
        unload(*_STEPS)
        if not order.refused and not order.cancel:
            from pole.update import signer

            order.refused = signer.refusal(parts.ports, order.text, body.get("signature"))
            del signer
            unload(*_STEPS)
            if order.refused is None:
                from pole.update import manifest

                order.items, order.refused = manifest.checked(parts, order.text)
    finally:
        unload(*_STEPS)
    return order


def _opened(parts, order, topic, payload, now):
    """The body of a message under the pole's own key; fills *order*."""
    from pole.security.open_message import read
    from pole.wire import ack_reasons, fields

    settings = parts.settings
    try:
        body = read(order, topic, payload, settings["keys"], {}, now, settings["pole"], parts.commanding.nonce)
        order.body = None
        if order.signed and order.key != settings["pole"]:
            detail = "key is %s and must be the pole's own, %s" % (fields.shown(order.key), settings["pole"])
            raise fields.Refused(ack_reasons.BAD_MAC, detail)
        if "cancel" in body:
            order.cancel = body["cancel"]
            if order.cancel is not True:
                fields.refuse(ack_reasons.BAD_FIELD, body, "cancel", contract.text_of(True))
            return body
        order.text = fields.text(body, _MANIFEST[:8], 2, 900, ack_reasons.BAD_FIELD)
        order.spread = fields.number(body, "spread", 0, _SPREAD, ack_reasons.BAD_FIELD, 0)
        return body
    except fields.Refused as refused:
        order.refused = refused.args
    return None
