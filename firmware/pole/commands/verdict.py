"""The result of judging a message of the city: all that applying the message needs."""

from pole.wire import contract


class Verdict:
    """The result for one message: the fields of its envelope that could be read, and what follows from them.

    key, sender, n   None where they could not be read
    body        its text
    signed      the MAC under a configured key is right
    shared      that key is not the pole's own
    heard       a message under the pole's own key came since the node was flashed
    mark        (name, n) to be remembered before anything is applied, None while it is not known to be genuine and new
    outcome     ack_reasons.APPLIED (it may be applied) or ack_reasons.REJECTED
    reason      why it was rejected (contract), "" when it was not
    detail      a sentence that names field, value and bound, "" where there is none
    ref         the body's cmsRefId, None where it could not be read
    resend      (epoch, first, last) of the events that are wanted once more
    now         Unix s when its mark was judged
    held        the mark that a repeated n did not exceed, None where that was not why
    issued      Unix s at which a command under the pole's own key was issued, for the clock's floor; else None
    rekey       (name, key) that is to be in force: 64 hexadecimal digits, or None where it is to be removed
    override, cancel   what is to be done

    A rejected command that was genuine has a ``mark`` too: a command that was refused once must not be applied when it
    is sent a second time.
    """

    def __init__(self):
        self.key = self.sender = self.n = self.mark = self.body = None
        self.signed = self.shared = False
        self.heard = True
        self.outcome = contract.REJECTED
        self.reason = self.detail = ""
        self.now = self.held = self.ref = self.issued = self.override = self.cancel = self.resend = self.rekey = None


class Cancel:
    """Overrides of *owner* are to end: those that *ref* means (``overrides.cancel``)."""

    def __init__(self, owner, ref):
        self.owner = owner
        self.ref = ref
