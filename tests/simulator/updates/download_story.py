"""An update that is fetched and verified, and a change of the key for updates, with every cut of the power in them.

Golden runs, and the release has all that one can have: a file that the running app has and that is copied, one that
comes as a difference, and some that come whole: of no byte, of so few that littlefs has them in the folder, of several
pieces.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from host_tools.release import Release
from host_tools.release.manifest import key_text
from pole.update import pointer, signer
from pole.update.accept import mark_of
from pole.wire import ack_reasons
from simulator.hardware import flash as model
from simulator.street.street import Street
from tests import bundles
from tests.firmware.mortal_store import MortalStore
from tests.firmware.update.update_bench import Marks
from tests.simulator.streets import City, Lived, stored
from tests.simulator.updates.cut_story import NEW, Plot, Story
from tests.simulator.updates.cut_story import SETTINGS as QUIET
from tests.simulator.updates.published import SERIAL, SETTINGS, TRUST, order, publish, signed, tell

TELL_MS = 30_000
SPREAD_S = 86_400  # it is not switched to within the story
CHANGED = "almanac.mpy"
GOLDEN = {path: bytes(range(number, 250)) * 12 for number, path in enumerate(("act.mpy", CHANGED))}


class Told(Story):
    """A pole that runs golden is told something about updates, and its flash is recorded."""

    hours = life_h = 130 / 3600
    options = {"settings": {**QUIET, **SETTINGS}, "files": {**TRUST, **GOLDEN}}

    def _begin(self, street: Street) -> None:
        flash = street.poles["P0001"].pole.flash
        self.image = bytes(flash.image())
        flash.log = self.log
        self.log.street = street
        self._again(street, TELL_MS)

    def _again(self, street: Street, ms: int = 2000) -> None:
        raise NotImplementedError

    def _is_done(self, lived: Lived) -> None:
        """Asserts that it has come to its end."""
        raise NotImplementedError

    def _holds(self, at: dict[str, Any], lived: Lived, seen: dict[int, float]) -> None:
        super()._holds(at, lived, seen)
        self._is_done(lived)

    def is_lived(self) -> None:
        """Asserts that the story itself came to its end."""
        assert self.lived.street.failures() == [] and self.lived.street.darkness.total_minutes() == 0
        self._is_done(self.lived)


class Download(Told):
    """A release comes, is hashed and is staged; after a cut it goes on, and ends the same way."""

    def __init__(self, engine: str) -> None:
        self.release = release()
        super().__init__(Plot("fetched and verified", ""), engine)

    def _again(self, street: Street, ms: int = 2000) -> None:
        city = City(street)
        publish(city, self.release.pieces("virtual"))
        tell(city, order(self.release, SPREAD_S), ms)

    def _is_done(self, lived: Lived) -> None:
        """The slot is whole and staged, and nothing of the download is left over."""
        assert {ack["outcome"] for ack in lived.acks()} <= {ack_reasons.ACCEPTED}
        store = stored(lived.street.poles["P0001"].pole.flash)
        after = pointer.read(store)
        assert after["run"] == [] and after["new"] and after["new"]["state"] == pointer.STAGED, after
        assert after["new"]["slot"] == "a" and after["serial"] == SERIAL and after["reverted"] is None
        wanted = {**self.release.files("virtual"), "list": self.release.package("virtual").listing}
        names = {*store.names("a"), *(f"lib/{name}" for name in store.names("a/lib"))} - {"lib"}
        assert names == set(wanted)
        assert all((store.read(f"a/{name}") or b"") == data for name, data in wanted.items())
        assert "update.json" not in store.names()


def release() -> Release:
    """A small one, that is never started."""
    changed = GOLDEN[CHANGED]
    made = {**GOLDEN, CHANGED: changed[:700] + b"changed" + changed[700:]}
    made |= {"few.mpy": b"few", "lib/none.mpy": b"", "lib/new.mpy": bytes(range(250)) * 13}
    one = signed(made, NEW, [GOLDEN])
    assert [file.path for file in one.package("virtual").files if file.deltas] == [CHANGED]
    return one


class KeyChange(Told):
    """The key for updates is changed; after a cut the old or the new one is in force, and in the end the new one."""

    hours = life_h = 100 / 3600

    def __init__(self, engine: str) -> None:
        old, new = bundles.signer(), bundles.signer(1)
        text = key_text(new.modulus, "sagar", SERIAL)
        self._body = json.dumps({"manifest": text, "signature": base64.b64encode(old.sign(text.encode())).decode()})
        self._old, self._new = old.modulus, new.modulus
        super().__init__(Plot("a change of the key", ""), engine)

    def _again(self, street: Street, ms: int = 2000) -> None:
        tell(City(street), self._body, ms)

    def _check(self, number: int, image: bytearray) -> None:
        assert key_on(model.Flash(image=image)) in (self._old, self._new)
        super()._check(number, image)

    def _is_done(self, lived: Lived) -> None:
        """The new key is in force, and what was signed before it is an old one."""
        assert {ack["outcome"] for ack in lived.acks()} <= {ack_reasons.APPLIED}
        flash = lived.street.poles["P0001"].pole.flash
        assert key_on(flash) == self._new
        assert mark_of(SimpleNamespace(store=stored(flash), high_water=Marks()), pointer.read(stored(flash))) == SERIAL


def key_on(flash: model.Flash) -> bytes | None:
    """The modulus that is in force with what is on *flash*."""
    return signer.modulus(stored(flash), MortalStore(TRUST))


STORIES: dict[str, Callable[[str], Told]] = {"fetched and verified": Download, "a change of the key": KeyChange}
