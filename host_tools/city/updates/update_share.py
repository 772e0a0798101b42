"""What becomes of a release on one pole, and what each word of the pole makes of it.

Beside the states of a configuration (`rollouts/share.py`): accepted: the pole fetches it, waits for a good moment or
tries it.  left: the pole is not in the site's files any more.  What a pole's birth says that it runs always counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.rollouts.share import (
    APPLIED,
    MOST_RENEWED,
    NO_ANSWER,
    REJECTED,
    REPLACED,
    REVERTED,
    SENT,
    SILENT_S,
    SOON,
    THERE,
    WAITING,
    Share,
    elapsed,
)  # fmt: skip
from host_tools.city.rollouts.waves import GONE
from host_tools.city.updates.kept_release import Release
from host_tools.city.updates.plan import is_of, refusal_of
from host_tools.release.manifest import numbers
from host_tools.wire import from_pole
from host_tools.wire.from_pole import Ack, App, Birth
from pole.wire import ack_reasons as why

ACCEPTED, LEFT = "accepted", "left"
# reasons of ours
UNFINISHED, PROBATION, HELD, GOES_BACK = "unfinished", "probation", "halted", "goesBack"
NEW_KEY = "newKeyFirst"
CANCELLED = "cancelled"  # the detail of one that is silent and was told to stop
LONGEST_S = 50 * 3600  # from its acceptance to its word: a day for a good moment, a night in which its lamp is lit
OFFLINE_S = 1800  # beyond the window: it may try it without a network, and ask the former software for one


def software(app: App) -> str:
    """What a pole runs, and why it went back to that, where it did: "0.1.0", "0.1.0 died"."""
    return f"{app.version} {app.reverted}".rstrip()


@dataclass(eq=False)
class UpdateShare(Share):
    """One pole of the rollout of *release*.  *spread*: its longest wait before it restarts, s.

    ``before`` is the software that it ran when it was sent its message: a pole says for long that it went back once.

    *nonce*: of the flashing for which its message was sealed.  *offline*: since when it has no session, Unix s.
    *board*, *app*: what its births say.  *unfit*: why it would refuse the release as it is now (another key, no
    package).  *new_key*: print of the key for updates to which it was sent the change.
    """

    release: Release | None = None
    window: int = 600
    spread: int = 0
    nonce: str = ""
    offline: int | None = None
    board: str = ""
    unfit: str = ""
    app: App | None = None
    new_key: str = ""

    @property
    def standing(self) -> str:
        if self.state == LEFT:
            return GONE
        if self.state in (SENT, ACCEPTED):
            return "bad" if self.reason in (NO_ANSWER, UNFINISHED) else "away" if self.away else "flying"
        return super().standing

    @property
    def occupies(self) -> bool:
        """A pole that fell silent has perhaps no light: it counts as under way, so its neighbours stay as they are."""
        return self.standing == "flying" or (self.state in (SENT, ACCEPTED) and self.standing == "bad")

    def due_again(self, now: int) -> bool:
        return self.detail != CANCELLED and self.unfit != NEW_KEY and super().due_again(now)

    def waits(self, now: int, listened: int, dark: bool = False) -> bool:
        """As for a Share; *dark*: its feeder seems to have no supply, and nothing is known of the pole."""
        if self.state == SENT:
            return super().waits(now, listened)
        if self.state != ACCEPTED or self.standing == "bad" or now - listened < SILENT_S:
            return False
        gone = 0 if self.offline is None else elapsed(self.offline, now, listened)
        if gone >= self.window + max(OFFLINE_S, SILENT_S) and not dark:
            self.reason = NO_ANSWER
        elif not dark and now - (self.accepted_at or now) >= LONGEST_S + self.spread + self.window:
            self.reason = UNFINISHED
        return self.standing == "bad"

    # -- what it says

    def knows(self, pole: Pole, since: int) -> bool:
        fit = self.fits(pole.app, pole.board)
        return self._runs(pole.app, pole.image, pole.nonce, since) or fit

    def fits(self, app: App | None, board: str) -> bool:
        """Takes what it runs, and its *board*, by which it would refuse the release or not; whether that is new."""
        if self.release is None:
            return False
        before, self.board, self.app = self.unfit, board or self.board, app
        self.unfit = refusal_of(app, self.board, self.release)
        if not self.unfit and app and self.new_key not in ("", app.key, self.release.print):
            self.unfit = NEW_KEY  # a release would take the place of that at the broker
        if self.state == WAITING and self.unfit != before and self.reason in (before, ""):
            self.reason = self.unfit
        return self.unfit != before

    def takes_key(self, new_key: str) -> bool:
        """Takes to which key it was sent the change, "" for none; whether that changes anything."""
        if new_key == self.new_key:
            return False
        self.new_key = new_key
        return self.fits(self.app, self.board) if self.app else False

    def hears(self, birth: Birth, retained: bool, now: int) -> bool:
        self.offline = None if not retained else self.offline
        fit = self.fits(birth.app, birth.board)
        return self._hears(birth, retained, now) or fit

    def _hears(self, birth: Birth, retained: bool, now: int) -> bool:
        if self._runs(birth.app, birth.image, birth.flash_nonce, now):
            return True
        if retained or self.state not in (SENT, ACCEPTED):
            return False
        if self.detail == CANCELLED:  # it was silent when the rollout was halted, and has its turn again
            self._again("")
            return True
        changed = self.away or self.reason == NO_ANSWER
        if changed:
            self.away, self.reason = False, ""
            self.sent_at = now if self.state == SENT else self.sent_at
        return changed

    def leaves(self, now: int) -> bool:
        self.offline = now if self.offline is None else self.offline
        if self.state != SENT or self.away or self.reason == NO_ANSWER:
            return False
        self.away = True  # nothing has happened to its software: it takes what is retained when it is back
        return True

    def answered(self, ack: Ack, now: int) -> bool:
        if self.n is None or ack.n != self.n or self.state in (THERE, REPLACED, LEFT, REVERTED, REJECTED):
            return False
        self.offline = None
        if ack.outcome == from_pole.REVERTED or ack.reason == why.REVERTED:
            reason = ack.reason if ack.outcome == from_pole.REVERTED else ack.detail
            self._end(REVERTED, now, reason or why.REVERTED, ack.detail)
        elif self.state == APPLIED:
            return False
        elif ack.applied:
            self._end(APPLIED, now)
        elif ack.outcome == from_pole.ACCEPTED:
            return self._accepted("", now)
        elif ack.reason in SOON:
            self.reason, self.detail, self.away = ack.reason, ack.detail, False
        else:
            self._end(REJECTED, now, ack.reason or "?", ack.detail)
        return True

    def undone(self, version: str, reason: str, at: int, now: int) -> bool:
        """Takes its event of *at* that it went back from *version* for *reason*; whether that changes anything."""
        # one that went back may say first that it takes the retained message no more
        if self.state in (REVERTED, REPLACED, LEFT) or self.release is None or self.sent_at is None:
            return False
        if version != self.release.version or at < self.sent_at:
            return False
        self._end(REVERTED, now, reason or why.REVERTED)
        return True

    # -- what it runs

    def _runs(self, app: App | None, image: App | None, nonce: str, now: int) -> bool:
        """Takes what its birth says; whether that changes anything."""
        if app is None or self.release is None or self.state in (REPLACED, LEFT):
            return False
        if self.release.is_image:
            return self._runs_image(image, self.release, nonce, now)
        if is_of(app, self.release):
            if app.probation:
                return self.state not in (APPLIED, THERE) and self._accepted(PROBATION, now)
            if self.state in (APPLIED, THERE):
                return False
            self._end(THERE if self.state == WAITING and self.n is None else APPLIED, now)
            return True
        if self.state in (REJECTED, REVERTED):
            return False
        if app.reverted and app.serial == self.release.serial and software(app) != self.before:
            self._end(REVERTED, now, app.reverted)
        elif numbers(app.version) > numbers(self.release.version) and not self.release.downgrade:
            self._end(REPLACED, now)
        else:
            return self._is_another(nonce, now)
        return True

    def _runs_image(self, image: App | None, release: Release, nonce: str, now: int) -> bool:
        """As _runs; *image*: its MicroPython, None where it was never sent one since it was flashed."""
        if self.state in (REJECTED, REVERTED):
            return False
        if image is None:
            return self._is_another(nonce, now)
        if is_of(image, release):
            if image.probation:
                return self.state not in (APPLIED, THERE) and self._accepted(PROBATION, now)
            # one of the version that ran before may have been fetched and not started yet: its ack says when it is kept
            if self.state in (APPLIED, THERE) or (release.downgrade and self.before in ("", software(image))):
                return False
            self._end(THERE if self.state == WAITING and self.n is None else APPLIED, now)
        elif image.serial is not None and image.serial > release.serial:
            return False  # of a later one, which it fetches or has undone
        elif image.reverted and image.serial == release.serial and software(image) != self.before:
            self._end(REVERTED, now, image.reverted)
        elif image.serial == release.serial and self.state == ACCEPTED and (not nonce or nonce == self.nonce):
            waits = self.reason == PROBATION and not image.probation  # the power was cut: it is tried once more
            self.reason = "" if waits else self.reason
            return waits
        elif numbers(image.version) > numbers(release.version) and not release.downgrade:
            self._end(REPLACED, now)
        else:
            return self._is_another(nonce, now)
        return True

    def _is_another(self, nonce: str, now: int) -> bool:
        """Takes that it does not run it and has not undone it; whether another node is there, or it was flashed."""
        if self.state not in (APPLIED, THERE) and not (self.nonce and nonce and nonce != self.nonce):
            return False
        if self.state != WAITING and self.renewed >= MOST_RENEWED:
            self._end(REJECTED, now, GOES_BACK)
        else:
            self._again("")
        return True

    def _accepted(self, reason: str, now: int) -> bool:
        if self.state == ACCEPTED and self.reason == reason and not self.away:
            return False
        if self.state == WAITING and reason != PROBATION:
            return False  # said before it was told to stop
        if self.state == ACCEPTED and self.reason == PROBATION and not reason:
            return False
        if self.state != ACCEPTED:
            self.accepted_at = now
        self.state, self.reason, self.detail, self.away = ACCEPTED, reason, "", False
        return True

    def held(self) -> None:
        """It is told to stop, since the rollout was halted."""
        if self.standing == "bad":
            self.detail = CANCELLED
        else:
            self.state, self.reason, self.detail, self.away = WAITING, HELD, "", False

    def _again(self, reason: str) -> None:
        self.renewed += 1
        self.state, self.reason, self.detail, self.away, self.n = WAITING, reason, "", False, None
        self.nonce, self.accepted_at, self.answered_at = "", None, None
