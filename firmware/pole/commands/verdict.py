"""What is made of a message of the city: all that is left of judging it when it is obeyed."""

from pole.wire import contract


class Verdict:
    """What the pole makes of a message: what could be read of its envelope, however bad, and what follows.

    key, sender, n   None where they could not be read
    body        its text
    signed      a configured key vouches for it
    shared      that key is not the pole's own
    heard       the pole's own key has spoken since the node was flashed
    mark        (name, n) to be remembered before anything is applied, None while it is not known to be genuine and new
    outcome     contract_acks.APPLIED (it may be applied) or contract_acks.REJECTED
    reason      why it was rejected (contract), "" when it was not
    detail      a sentence naming field, value and bound, "" when there is nothing to say
    ref         the body's cmsRefId, None where it could not be read
    resend      (epoch, first, last) of the events that are wanted once more
    now         Unix s when its mark was judged
    held        the mark that a repeated n did not exceed, None where that was not why
    issued      Unix s at which a command under the pole's own key was issued, for the clock's floor; else None
    rekey       (name, key) that is to be in force: 64 hexadecimal digits, or None where it is to be removed
    override, cancel   what is to be done

    A rejected command that was genuine has a ``mark`` too: what was once refused must not be applied when it is sent a
    second time.
    """

    def __init__(self):
        self.key = self.sender = self.n = self.mark = self.body = None
        self.signed = self.shared = False
        self.heard = True
        self.outcome = contract.REJECTED
        self.reason = self.detail = ""
        self.now = self.held = self.ref = self.issued = self.override = self.cancel = self.resend = self.rekey = None


class Cancel:
    """Overrides of *owner* are to end: those that *ref* means (``holding.cancel``)."""

    def __init__(self, owner, ref):
        self.owner = owner
        self.ref = ref
