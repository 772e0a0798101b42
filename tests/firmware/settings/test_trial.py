"""A configuration from afar: what is refused, how it comes in force and is undone, and a power cut at every step."""

import json

from pole.security import envelope
from pole.settings import at_start, schema, state_file
from pole.settings.trial import Configuring
from pole.wire import ack_reasons, contract
from pole.wire.digest import hash_of

try:
    from tests.firmware.mortal_store import MortalStore, PowerCut
except ImportError:  # on MicroPython, which has this folder on its path
    from mortal_store import MortalStore, PowerCut

NOW = 1795500000
TOPIC = "diya/1/sagar/P0001/config"
KEY = "0123456789abcdef" * 4
SHARED = "fedcba9876543210" * 4
FLASHED = {
    "version": 1,
    "site": "sagar",
    "pole": "P0001",
    "latitude": 24,
    "longitude": 79,
    "zone": [[0, 19800]],
    "programmes": {"on": [["sunset", 100, 0], ["sunrise", 0, 0]]},
    "programme": "on",
    "link.ssid": "city",
    "link.password": "secret one",
    "link.user": "P0001",
    "link.secret": "secret two",
    "link.host": "broker.one",
    "keys": {"P0001": KEY, "ward-1": SHARED},
}


def flashed(**changes):
    given = dict(FLASHED)
    for name in changes:
        given[name.replace("_", ".")] = changes[name]
    return MortalStore({schema.NAME: json.dumps(given).encode()})


def body(version=2, **changes):
    """Text of a configuration as the city sends it: without secrets."""
    given = {name: FLASHED[name] for name in FLASHED if name != "keys" and not name.startswith("link.")}
    given["version"] = version
    given["link.host"] = "broker.one"
    for name in changes:
        given[name.replace("_", ".")] = changes[name]
    return json.dumps({name: given[name] for name in given if given[name] != "absent"})


def sealed(text, topic=TOPIC, key="P0001", secret=KEY, n=NOW * 1000, sender="iccc"):
    values = {"v": 1, "key": key, "sender": sender, "n": n, "body": text}
    values["mac"] = envelope.mac(secret, topic, key, sender, n, text)
    return contract.text_of(values).encode()


class Life:
    """A pole from its start to the next: boots from *store*."""

    def __init__(self, store, factory=None, early_deaths=0, nonce=""):
        self.settings, self.origin, standing = at_start.in_force(store, factory or flashed(), early_deaths)
        self.configuring = Configuring(self.settings, store, standing, 0, nonce)
        self.version = self.settings["version"]

    def take(self, payload, topic=TOPIC):
        return self.configuring.take(topic, payload, NOW)

    def tell(self):
        """A session begins: the ack of a configuration to the city, if there is one."""
        self.configuring.online()
        fields = self.configuring.report()
        if fields:
            self.configuring.told()
            assert self.configuring.report() is None
        return fields


def stage(store, text, **how):
    life = Life(store)
    assert life.take(sealed(text, **how)) is None and life.configuring.restart
    return life


def refused(fields, reason, *words):
    assert (fields["outcome"], fields["reason"]) == (ack_reasons.REJECTED, reason), fields
    for word in words:
        assert word in fields["detail"], fields["detail"]


def test_a_sound_one_comes_in_force_at_the_next_start_with_the_secrets_that_were_flashed():
    store = MortalStore()
    text = body(floor=35)
    assert stage(store, text).settings["floor"] == 20
    life = Life(store)
    settings = life.settings
    assert (settings["version"], settings["floor"], life.origin) == (2, 35, "config.json")
    assert life.configuring.digest == hash_of(text.encode())
    assert [settings["link." + name] for name in ("ssid", "password", "user", "secret")] == [
        "city", "secret one", "P0001", "secret two",
    ]  # fmt: skip
    assert settings["keys"] == FLASHED["keys"]
    assert life.configuring.report() is None  # not before the pole is online with it
    told = life.tell()
    assert told == {
        "key": "P0001", "sender": "iccc", "n": NOW * 1000, "outcome": "applied", "reason": "", "detail": "",
    }  # fmt: skip
    assert Life(store).tell() is None  # once
    assert Life(store).take(sealed(text)) is None  # the broker brings it again with each session
    assert not Life(store).configuring.restart


def test_what_is_not_for_this_pole_or_not_newer_is_refused_and_nothing_changes():
    store = MortalStore()
    stage(store, body(version=5))
    Life(store).tell()
    before = dict(store.files)
    cases = (
        (sealed(body(6, site="bhopal")), ack_reasons.BAD_FIELD, 'site is "bhopal" and must be "sagar"'),
        (sealed(body(6, pole="P0002")), ack_reasons.BAD_FIELD, 'pole is "P0002" and must be "P0001"'),
        (sealed(body(6, pole="absent")), ack_reasons.BAD_FIELD, "pole is missing"),
        (sealed(body(6, keys={})), ack_reasons.BAD_FIELD, "keys must be left out"),
        (sealed(body(5, floor=1)), ack_reasons.REPLAYED, "version is 5 and must be above 5"),
        (sealed(body(2)), ack_reasons.REPLAYED, "version is 2"),
        (sealed(body("absent")), ack_reasons.BAD_FIELD, "version is missing"),
        (sealed(body("7")), ack_reasons.BAD_FIELD, 'version is "7"'),
        (sealed(body(6), secret=SHARED), ack_reasons.BAD_MAC, "mac does not match"),
        (
            sealed(body(6), key="ward-1", secret=SHARED),
            ack_reasons.BAD_MAC,
            'key is "ward-1" and must be the pole\'s own',
        ),
        (sealed(body(6), topic="diya/1/sagar/P0002/config"), ack_reasons.BAD_MAC, "mac does not match"),
        (sealed(body(6)).replace(b"broker", b"brokes"), ack_reasons.BAD_MAC, "mac does not match"),
        (sealed("{"), ack_reasons.BAD_ENVELOPE, "body is not JSON"),
        (sealed("[]"), ack_reasons.BAD_ENVELOPE, "body is a list"),
        (b"", ack_reasons.BAD_ENVELOPE, "the payload is not JSON"),
        (b"{" * 8000, ack_reasons.BAD_ENVELOPE, "the payload is not JSON"),
        (b" " * 8193, ack_reasons.TOO_LARGE, "8192"),
        (None, ack_reasons.TOO_LARGE, "8192"),
        (body(6).encode(), ack_reasons.BAD_ENVELOPE, "v is missing"),
    )
    for payload, reason, words in cases:
        life = Life(store)
        refused(life.take(payload), reason, words)
        assert not life.configuring.restart and store.files == before
    life = Life(store)
    assert (life.version, life.tell()) == (5, None)


def test_one_that_is_not_sound_as_a_whole_is_dropped_at_the_start_and_said_so_ever_after():
    for number, (changes, words) in enumerate((
        ({"floor": 101}, "floor is 101 and must be 0 to 100 percent"),
        ({"programme": "off"}, "programme"),
        ({"link_trial": 60}, "link.trial is 60 and must be at least 60 above report.spread, which is 30"),
        ({"colour": 7}, "colour is not a setting"),
        ({"zone": [], "floor": -1}, "(and 1 more)"),
    )):  # fmt: skip
        store = MortalStore()
        text = body(2, **changes)
        stage(store, text, n=NOW * 1000 + number)
        life = Life(store)
        assert life.version == 1
        told = life.tell()
        refused(told, ack_reasons.BAD_FIELD, words)
        assert (told["sender"], told["n"]) == ("iccc", NOW * 1000 + number)
        again = Life(store)
        assert again.tell() is None
        refused(again.take(sealed(text)), ack_reasons.BAD_FIELD, words)
        assert not again.configuring.restart
        assert again.take(sealed(body(3))) is None and again.configuring.restart
        assert Life(store).version == 3


def test_one_that_takes_the_pole_off_the_network_is_undone_within_its_trial_and_never_comes_back():
    store = MortalStore()
    stage(store, body(2))
    assert Life(store).tell()["outcome"] == ack_reasons.APPLIED
    text = body(3, link_host="broker.two", link_trial=120, link_secret="another")
    stage(store, text)
    life = Life(store)
    assert (life.version, life.settings["link.secret"]) == (3, "another")
    assert life.configuring.due(None, 0) == 120000
    assert life.configuring.due(None, 119999) == 1 and not life.configuring.restart
    life.configuring.due(None, 120000)
    assert life.configuring.restart
    life = Life(store)
    assert (life.version, life.settings["link.secret"]) == (2, "secret two")
    told = life.tell()
    refused(told, ack_reasons.REVERTED, "no session within 120 s")
    assert told["sender"] == "iccc"
    refused(life.take(sealed(text)), ack_reasons.REVERTED, "no session within 120 s")
    assert not life.configuring.restart and Life(store).version == 2
    store.files[at_start.NEXT] = text.encode()
    assert Life(store).version == 2 and at_start.NEXT not in store.files
    later = body(4, link_host="broker.two")
    assert life.take(sealed(later)) is None and life.configuring.restart
    assert life.take(sealed(later)) is None and life.configuring.restart  # it came twice
    assert Life(store).tell()["outcome"] == ack_reasons.APPLIED
    assert Life(store).version == 4


def test_one_that_was_undone_is_passed_over_even_if_the_flash_does_not_let_go_of_it():
    store = MortalStore()
    stage(store, body(2))
    Life(store).tell()
    stage(store, body(3, link_port=1))
    Life(store).configuring.due(None, 900000)
    store.remove = lambda name: None
    assert Life(store).version == 2


def test_the_very_first_one_gives_way_to_what_was_flashed():
    store = MortalStore()
    stage(store, body(2, link_port=1))
    life = Life(store)
    life.configuring.due(None, 900000)
    life = Life(store)
    assert (life.version, schema.NAME in store.files) == (1, False)
    refused(life.tell(), ack_reasons.REVERTED)


def test_a_trial_that_does_not_touch_the_link_survives_a_network_that_happens_to_be_gone():
    store = MortalStore()
    stage(store, body(2, floor=50))
    life = Life(store)
    life.configuring.due(None, 900000)
    assert not life.configuring.restart and life.configuring.report() is None
    assert Life(store).version == 2
    assert Life(store).tell()["outcome"] == ack_reasons.APPLIED


def test_one_that_kills_the_app_three_times_is_undone():
    store = MortalStore()
    stage(store, body(2))
    for deaths in range(3):
        assert Life(store, early_deaths=deaths).version == 2
    life = Life(store, early_deaths=3)
    assert life.version == 1
    refused(life.tell(), ack_reasons.REVERTED, "died 3 times")
    stage(store, body(3))
    Life(store).tell()
    assert Life(store, early_deaths=3).version == 3  # it had proved itself: it is not this that kills


def test_a_full_flash_refuses_it_and_a_trial_is_not_forgotten_for_it():
    store = MortalStore()
    life = Life(store)
    store.refuses = True
    refused(life.take(sealed(body(2))), ack_reasons.NOT_STORED, "could not be stored")
    assert not life.configuring.restart
    store.refuses = False
    stage(store, body(2, link_host="nowhere"))
    life = Life(store)
    store.refuses = True
    life.configuring.due(None, 900000)
    assert not life.configuring.restart
    store.refuses = False
    life.configuring.due(None, 960000)
    assert life.configuring.restart and Life(store).version == 1


def test_one_that_no_start_can_bring_in_force_does_not_restart_the_pole_for_ever():
    store = MortalStore()
    stage(store, body(2))
    store.refuses = True
    assert Life(store).version == 1
    store.refuses = False
    life = Life(store)  # the flash is well again
    assert life.version == 2
    store.files[at_start.NEXT] = body(3).encode()
    refused(life.take(sealed(body(3))), ack_reasons.NOT_STORED, "the last start could not")


def test_a_pole_flashed_with_a_higher_version_lives_by_that():
    store = MortalStore()
    stage(store, body(7))
    Life(store).tell()
    assert Life(store, flashed(version=7, floor=99)).settings["floor"] == 20
    life = Life(store, flashed(version=8, floor=99))
    assert (life.version, life.settings["floor"]) == (8, 99)


def test_rubbish_in_its_files_never_stops_a_pole():
    for rubbish in (b"", b"\xff", b"[]", b"{}", b'{"asked":5,"trial":[],"undone":7,"untold":1}', b"null", b"[[]]"):
        for name in (schema.NAME, schema.LAST_GOOD, at_start.NEXT, state_file.NAME, at_start.KEYS):
            store = MortalStore({name: rubbish})
            life = Life(store)
            assert (life.version, life.settings["keys"]) == (1, FLASHED["keys"])
            life.tell()
            stage(store, body(2))
            assert Life(store).version == 2


# -- a power cut after every single file operation


def staged():
    store = MortalStore()
    stage(store, body(2))
    Life(store).tell()
    stage(store, body(3, link_host="nowhere"))
    return store


def on_trial():
    store = staged()
    Life(store)
    return store


def over():
    store = on_trial()
    Life(store).configuring.due(None, 900000)
    return store


def unsound():
    store = MortalStore()
    stage(store, body(2))
    Life(store).tell()
    stage(store, body(3, floor=101))
    return store


def take(store):
    Life(store).take(sealed(body(3)))


def end_trial(store):
    Life(store).configuring.due(None, 900000)


def prove(store):
    Life(store).tell()


def first():
    return MortalStore()


# how the files are before, what is done, the versions that may be in force afterwards, the one it comes to
CUTS = (
    (first, take, (1, 3), None),
    (staged, Life, (2, 3), 3),
    (unsound, Life, (2,), 2),
    (on_trial, end_trial, (2, 3), None),
    (on_trial, prove, (3,), 3),
    (over, Life, (2, 3), 2),
    (over, prove, (2, 3), 2),
)


def test_a_power_cut_after_any_file_operation_leaves_the_old_or_the_new_and_the_next_start_does_the_rest():
    tried = 0
    for before, do, versions, end in CUTS:
        whole = before()
        whole.done = 0
        do(whole)
        for cut in range(whole.done):
            for again in range(8):  # and another cut while the next start does the rest
                store = before()
                store.left = cut
                try:
                    do(store)
                    raise AssertionError("the cut did not come")
                except PowerCut:
                    pass
                store.left = again
                try:
                    at_start.in_force(store, flashed(), 0)
                except PowerCut:
                    pass
                store.left = None
                life = Life(store)
                assert life.version in versions, (before, do, cut, again, life.version)
                if end:
                    assert life.version == end, (before, do, cut, again, life.version)
                assert life.settings["link.password"] == "secret one"
                files = dict(store.files)
                assert Life(store).version == life.version and store.files == files  # and there it stays
                assert at_start.NEXT not in files
                if before == staged:  # and what was in force before is not lost: it can still be undone
                    end_trial(store)
                    assert Life(store).version == 2, (cut, again)
                tried += 1
    assert tried > 150, tried
    print("power cuts at the files of a configuration:", tried)


# -- keys


def test_a_key_that_was_changed_outlives_a_start_until_the_pole_is_flashed_with_others():
    from pole.security import keyring

    store = MortalStore()
    life = Life(store)
    assert keyring.change(store, life.settings["keys"], "P0001", SHARED) == ""
    assert life.settings["keys"] == {"P0001": SHARED, "ward-1": SHARED}
    life = Life(store)
    assert life.settings["keys"]["P0001"] == SHARED
    assert keyring.change(store, life.settings["keys"], "ward-1", None) == ""
    assert Life(store).settings["keys"] == {"P0001": SHARED}
    refused(Life(store).take(sealed(body(2))), ack_reasons.BAD_MAC)
    stage(store, body(2), secret=SHARED)
    assert Life(store).settings["keys"] == {"P0001": SHARED}  # a configuration does not bring old keys back
    other = flashed(keys={"P0001": "ab" * 32})
    assert Life(store, other).settings["keys"] == {"P0001": "ab" * 32}
    assert Life(store).settings["keys"] == FLASHED["keys"]  # what was over others is gone


class Blind(MortalStore):
    """One of which a file cannot be read."""

    blind = ""

    def read(self, name):
        return None if name == self.blind else super().read(name)


def test_one_start_that_cannot_read_what_was_flashed_changes_no_key_for_good():
    from pole.security import keyring

    store, factory = MortalStore(), Blind(flashed().files)
    assert keyring.change(store, Life(store, factory).settings["keys"], "P0001", SHARED) == ""
    factory.blind = schema.NAME
    assert Life(store, factory).settings["keys"]["P0001"] == SHARED
    factory.files[schema.NAME + " "], factory.blind = b"", ""
    assert Life(store, factory).settings["keys"]["P0001"] == SHARED
    lost = Life(MortalStore(), MortalStore())  # which keys it has is not known, and that is not "none"
    refused(lost.take(sealed(body(2))), ack_reasons.BAD_MAC, "could not read its keys")
    assert lost.configuring.due(None, 3600000) == 0 and lost.configuring.restart  # the next start may do better


def test_one_start_that_cannot_read_the_changed_keys_brings_the_old_ones_not_back():
    from pole.security import keyring

    store = Blind()
    keyring.change(store, Life(store).settings["keys"], "P0001", SHARED)
    store.blind = at_start.KEYS
    life = Life(store)
    refused(life.take(sealed(body(2))), ack_reasons.BAD_MAC, "could not read its keys")
    assert "cannot be read" in keyring.change(store, life.settings["keys"], "ward-1", None)
    store.blind = ""
    assert Life(store).settings["keys"]["P0001"] == SHARED


def test_one_start_that_cannot_read_what_was_undone_brings_nothing_in_force():
    store = Blind()
    stage(store, body(2))
    store.blind = state_file.NAME
    assert Life(store).version == 1
    store.blind = ""
    assert Life(store).version == 2


def test_a_configuration_for_the_node_before_is_refused_and_a_genuine_one_is_a_word_of_the_own_key():
    store, text, nonce = MortalStore(), body(2), "a1b2c3d4e5f60718"
    life = Life(store, nonce=nonce)
    refused(life.take(sealed(text)), ack_reasons.BAD_MAC, "flashNonce is null and must be " + nonce)
    assert life.configuring.mark is None
    values = {"v": 1, "key": "P0001", "sender": "iccc", "n": NOW * 1000, "flashNonce": nonce, "body": text}
    values["mac"] = envelope.mac(KEY, TOPIC, "P0001", "iccc", NOW * 1000, text, nonce)
    assert life.take(contract.text_of(values).encode()) is None and life.configuring.restart
    assert life.configuring.mark == ("P0001\niccc", NOW * 1000)


def test_a_power_cut_while_a_key_changes_leaves_the_old_or_the_new():
    from pole.security import keyring

    for cut in range(3):
        store = MortalStore()
        keys = Life(store).settings["keys"]
        store.left = cut
        try:
            keyring.change(store, keys, "P0001", SHARED)
        except PowerCut:
            pass
        store.left = None
        assert Life(store).settings["keys"]["P0001"] == (SHARED if cut == 2 else KEY)


def test_a_key_the_flash_does_not_take_is_not_in_force():
    from pole.security import keyring

    store = MortalStore()
    store.refuses = True
    keys = Life(store).settings["keys"]
    assert "could not be stored" in keyring.change(store, keys, "P0001", SHARED)
    assert keys == FLASHED["keys"]
