"""A message about an update: what is refused, in what words, and that nothing changes then."""

import json

from pole.update import accept, pointer, signer

try:
    from tests.firmware.update import key_pair, short_key
    from tests.firmware.update.update_bench import (
        NOW,
        OWN,
        SERIAL,
        SHARED,
        TOPIC,
        Marks,
        Package,
        Pole,
        Store,
        app,
        order,
        sealed,
    )  # fmt: skip
except ImportError:  # on MicroPython, which has this folder on its path
    import key_pair
    import short_key
    from update_bench import (
        NOW,
        OWN,
        SERIAL,
        SHARED,
        TOPIC,
        Marks,
        Package,
        Pole,
        Store,
        app,
        order,
        sealed,
    )  # fmt: skip

PACKAGE = Package(app())


def pole(**how):
    return Pole(Store({"config.json": b"{}"}), PACKAGE.broker(), **how)


def refused(one, payload, reason, *words, topic=TOPIC):
    """The pole refuses it for that *reason*, and nothing is different afterwards."""
    before, marks = dict(one.ports.store.files), dict(one.ports.high_water.numbers)
    ack = one.hear(payload, topic)
    assert (ack["outcome"], ack["reason"]) == ("rejected", reason), ack
    for word in words:
        assert word in ack["detail"], ack["detail"]
    assert one.ports.store.files == before and one.ports.high_water.numbers == marks
    assert not one.updating.active


def test_a_manifest_that_is_right_is_accepted_and_comes_again_without_a_word():
    one = pole()
    payload = sealed(order(PACKAGE.manifest(), 60))
    ack = one.hear(payload)
    assert ack == {
        "key": "P0001", "sender": "iccc", "n": SERIAL, "outcome": "accepted", "reason": "", "detail": "",
    }  # fmt: skip
    assert one.updating.active and one.ports.high_water.numbers == {"updateSerial": SERIAL}
    assert one.hear(payload) is None and one.hear(sealed(order(PACKAGE.manifest()), n=SERIAL + 5)) is None
    one.run()
    assert one.hear(payload) is None  # staged: it waits for the end of the probation
    assert one.updating.waiting == ("P0001", "iccc", SERIAL)


def test_an_envelope_that_is_not_right_is_refused_before_anything_of_it_is_believed():
    good = sealed(order(PACKAGE.manifest()))
    one = pole(keys={"P0001": OWN, "ward-1": SHARED})
    refused(one, good.replace(b"iccc", b"icce"), "badMac", "mac does not match")
    refused(one, sealed(order(PACKAGE.manifest()), secret=SHARED), "badMac")
    refused(one, sealed(order(PACKAGE.manifest()), key="ward-1", secret=SHARED), "badMac", "must be the pole's own")
    refused(one, sealed(order(PACKAGE.manifest()), topic="diya/1/sagar/P0002/update"), "badMac")
    refused(one, None, "tooLarge", "8192")
    for text in (b"", b"{", b"[]", b'{"v":1}', b"\xff", good[:-1], good[:200]):
        refused(one, text, "badEnvelope")
    for body in ("[]", "1", "", "{"):
        refused(one, sealed(body), "badEnvelope")


def test_a_flipped_bit_anywhere_in_the_header_or_the_manifest_is_found():
    """Of the message, sampled; and of the manifest and the signature with the mac right again, as of one who has the
    pole's own key and not that for updates."""
    one = pole()
    good = sealed(order(PACKAGE.manifest()))
    for at in range(0, len(good), 13):
        ack = one.hear(good[:at] + bytes([good[at] ^ 1 << at % 7]) + good[at + 1 :])
        assert ack["outcome"] == "rejected" and ack["reason"] in ("badMac", "badEnvelope"), (at, ack)
    text = PACKAGE.manifest()
    signature = short_key.signed(text.encode())
    for at in range(0, len(text), 3):
        other = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]
        refused(one, sealed(order(other, 0, signature)), "badSignature", "under the key for updates")
    for at in range(0, 512, 9):
        other = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
        refused(one, sealed(order(text, 0, other)), "badSignature")
    assert not one.updating.active and one.hear(good)["outcome"] == "accepted"


def test_a_signature_that_is_another_s_or_none_is_refused():
    one = pole()
    text = PACKAGE.manifest()
    right = short_key.signed(text.encode())
    for signature in ("", "x", right[:-4], right + "AAAA", right[:511], right.replace("A", "*"), "A" * 512, "é" * 512):
        refused(one, sealed(order(text, 0, signature)), "badSignature")
    for signature in (5, [right], {"a": 1}, True):
        refused(one, sealed(json.dumps({"manifest": text, "signature": signature})), "badSignature", "384 bytes")
    refused(one, sealed(json.dumps({"manifest": text})), "badSignature", "384 bytes")
    one.ports.factory.files["update.pem"] = key_pair.PEM  # the key of another city
    refused(one, sealed(order(text)), "badSignature", signer.print_of(key_pair.KEY))
    del one.ports.factory.files["update.pem"]
    refused(one, sealed(order(text)), "badSignature", "no key for updates")


FIELDS = (
    ("kind", "other", "badField", "kind is", "must be"),
    ("kind", "image", "badField", "kind is image", "4 MB", "room for one MicroPython alone"),
    ("kind", "absent", "badField", "kind is missing"),
    ("v", 2, "badField", "v is 2 and must be 1"),
    ("v", True, "badField", "v is true and must be 1"),
    ("site", "indore", "badField", 'site is "indore" and must be "sagar"'),
    ("board", "esp32-c3-devkitm", "wrongBoard", 'board is "esp32-c3-devkitm" and must be "esp32-devkitc"'),
    ("golden", 2, "badField", "golden is 2 and must be 1"),
    ("mpy", 5, "wrongMpy", "mpy is 5 and must be 6"),
    ("mpy", "6", "wrongMpy", 'mpy is "6" and must be 6'),
    ("bytes", 1048577, "tooLarge", "bytes is 1048577 and must be a whole number from 1 to 1048576"),
    ("list", 16385, "tooLarge", "list is 16385 and must be a whole number from 1 to 16384"),
    ("list", 0, "tooLarge", "list is 0"),
    ("window", 59, "badField", "window is 59 and must be a whole number from 60 to 3600"),
    ("window", 3601, "badField", "window is 3601"),
    ("downgrade", 1, "badField", "downgrade is 1 and must be true or false"),
    ("content", "g" * 64, "badField", "content is", "must be 64 hexadecimal digits"),
    ("content", "absent", "badField", "content is missing"),
    ("version", "0.2", "badField", 'version is "0.2" and must be three whole numbers'),
    ("version", "0.2.x", "badField", "version is"),
    ("version", "0.02.0", "badField", "version is"),
    ("version", "0.0.9", "olderVersion", "version is 0.0.9 and must be above 0.1.0, which runs"),
    ("version", "0.1.0", "olderVersion", "no downgrade is signed"),
    ("serial", 0, "badField", "serial is 0 and must be a whole number from 1 to 4102444800000"),
    ("serial", True, "badField", "serial is true"),
)


def test_each_field_of_a_signed_manifest_is_held_against_its_bound():
    for name, value, reason, *words in FIELDS:
        refused(pole(), sealed(order(PACKAGE.manifest(**{name: value}))), reason, *words)


def test_a_manifest_that_is_not_an_object_is_refused():
    for text in ("[]", "55", "{}}", "{" * 40, "null"):
        refused(pole(), sealed(order(text)), "badField", "manifest must be JSON")
    refused(pole(), sealed(order(PACKAGE.manifest(more="x" * 900))), "badField", "manifest is", "text of 2 to 900")
    refused(pole(), sealed(order(PACKAGE.manifest(), 86401)), "badField", "spread is 86401")
    refused(pole(), sealed('{"cancel": 1}'), "badField", "cancel is 1 and must be true")


def test_a_downgrade_needs_to_be_signed_as_one():
    refused(pole(firmware="0.10.0"), sealed(order(PACKAGE.manifest(version="0.9.0"))), "olderVersion")
    meant = PACKAGE.manifest(version="0.9.0", downgrade=True)
    assert pole(firmware="0.10.0").hear(sealed(order(meant)))["outcome"] == "accepted"
    assert pole(firmware="0.9.0").hear(sealed(order(PACKAGE.manifest(version="0.10.0"))))["outcome"] == "accepted"


def test_a_replayed_manifest_is_refused_by_either_mark():
    older = sealed(order(PACKAGE.manifest(serial=SERIAL - 1)), n=SERIAL + 9)
    one = pole(marks=Marks())
    one.ports.high_water.numbers["updateSerial"] = SERIAL
    refused(one, older, "replayed", "serial is %d and must be above %d, accepted" % (SERIAL - 1, SERIAL))
    one = pole()
    pointer.accept(one.ports.store, SERIAL)
    refused(one, older, "replayed")
    refused(one, sealed(order(PACKAGE.manifest(serial=SERIAL)), n=SERIAL + 9), "replayed")


def test_while_a_new_version_is_tried_another_one_has_to_wait():
    one = pole()
    pointer.stage(one.ports.store, "a", "0.3.0", 5, {})
    at = pointer.read(one.ports.store)
    at["new"]["state"] = pointer.TRIAL
    pointer.write(one.ports.store, at)
    refused(one, sealed(order(PACKAGE.manifest())), "busy", "another version is being tried")


def running(slot="a", reverted=None):
    """A pole whose slot a runs what PACKAGE has, confirmed; or it was undone."""
    one = pole(slot=slot, firmware="0.2.0" if slot else "0.1.0")
    store = one.ports.store
    store.files["a/list"] = PACKAGE.list
    pointer.stage(store, "a", "0.2.0", SERIAL, {})
    at = pointer.read(store)
    at["new"] = None
    at["run"] = ["a"] if slot else []
    if reverted:
        del at["slots"]["a"]
        at["reverted"] = {"from": "0.2.0", "reason": reverted, "told": True}
    pointer.write(store, at)
    return one


def test_what_runs_is_told_to_be_applied_once_in_a_life():
    one = running()
    payload = sealed(order(PACKAGE.manifest()))
    assert one.hear(payload)["outcome"] == "applied" and one.hear(payload) is None
    again = one.hear(sealed(order(PACKAGE.manifest(serial=SERIAL + 5))))  # the same files, signed anew
    assert again["outcome"] == "applied" and pointer.read(one.ports.store)["serial"] == SERIAL + 5


def test_what_was_undone_is_told_and_not_begun_again():
    one = running("", "notOnline")
    ack = one.hear(sealed(order(PACKAGE.manifest())))
    assert (ack["outcome"], ack["reason"]) == ("reverted", "notOnline") and not one.updating.active


def test_what_was_undone_is_tried_again_when_it_is_signed_anew_and_nothing_older_is():
    """hawkbit#446: a version that a device had left was never sent again; mcuboot#1708: an older one got in."""
    one = running("", "notOnline")
    for serial, version in ((SERIAL - 1, "0.1.5"), (SERIAL - 1, "0.2.0"), (SERIAL - 1, "0.3.0")):
        older = PACKAGE.manifest(serial=serial, version=version)
        refused(one, sealed(order(older), n=SERIAL + 7), "replayed", "must be above %d" % SERIAL)
    refused(one, sealed(order(PACKAGE.manifest(serial=SERIAL + 1, version="0.1.0"))), "olderVersion")
    assert one.hear(sealed(order(PACKAGE.manifest(serial=SERIAL + 1))))["outcome"] == "accepted"


def test_the_end_of_a_probation_is_told_to_who_asked_for_it():
    for slot, reverted, outcome, reason in (("a", None, "applied", ""), ("", "died", "reverted", "died")):
        one = running(slot, reverted)
        at = pointer.read(one.ports.store)
        finished = dict(at)
        if slot:
            at["run"] = []
            at["new"] = {
                "slot": "a", "version": "0.2.0", "serial": SERIAL, "state": pointer.TRIAL, "failed": 0, "boots": 1,
                "days": 0, "detail": {},
            }  # fmt: skip
            pointer.write(one.ports.store, at)
            assert one.hear(sealed(order(PACKAGE.manifest()))) is None
        else:
            one.updating.waiting = ("P0001", "iccc", SERIAL)
        if slot:
            assert one.updating.due(one, NOW, 0) == 60000 and one.acks == []
        pointer.write(one.ports.store, finished)
        one.updating.due(one, NOW, 60000)
        (ack,) = one.acks
        assert (ack["outcome"], ack["reason"], ack["n"]) == (outcome, reason, SERIAL)
        assert one.updating.waiting is None


def key_manifest(new, serial=SERIAL, **changes):
    import binascii

    said = {"kind": "key", "v": 1, "site": "sagar", "serial": serial}
    said["key"] = binascii.b2a_base64(new).decode().strip()
    said.update(changes)
    return json.dumps(said)


def test_the_key_for_updates_changes_by_a_manifest_under_the_one_in_force():
    one = pole()
    change = key_manifest(key_pair.KEY)
    payload = sealed(order(change))
    assert one.hear(payload)["outcome"] == "applied"
    assert signer.modulus(one.ports.store, one.ports.factory) == key_pair.KEY
    assert one.reporter.identity["app"]["key"] == signer.print_of(key_pair.KEY)
    assert one.inbox.announce  # a birth says so
    assert one.hear(payload) is None  # it comes with each session, signed by the key before
    refused(one, sealed(order(PACKAGE.manifest(serial=SERIAL + 1))), "badSignature", signer.print_of(key_pair.KEY))


def test_a_power_cut_right_after_the_key_was_written_leaves_its_serial_as_the_mark():
    one = pole()
    signer.change(one.ports.store, one.ports.factory, key_pair.KEY, SERIAL)
    assert accept.mark_of(one.ports, pointer.read(one.ports.store)) == SERIAL
    for rubbish in (b"", b"x", bytes(400), bytes(410)):
        one.ports.store.files["update.key"] = rubbish
        assert accept.mark_of(one.ports, pointer.read(one.ports.store)) == 0


def test_a_change_of_the_key_that_is_not_right_changes_nothing():
    for text, reason, words in (
        (key_manifest(key_pair.KEY, serial=0), "badField", "serial is 0"),
        (key_manifest(key_pair.KEY, site="x"), "badField", "site is"),
        (key_manifest(key_pair.KEY[1:]), "badField", "key is"),
        (key_manifest(b"\0" + key_pair.KEY[1:]), "badField", "modulus of a key of 3072 bits"),
        (key_manifest(key_pair.KEY[:-1] + b"\0"), "badField", "key is"),
        (key_manifest(key_pair.KEY, key=5), "badField", "key is 5"),
        (key_manifest(key_pair.KEY, key="*" * 512), "badField", "key is"),
    ):
        refused(pole(), sealed(order(text)), reason, words)
    one = pole()
    pointer.accept(one.ports.store, SERIAL)
    refused(one, sealed(order(key_manifest(key_pair.KEY))), "replayed")


def test_a_flash_that_refuses_leaves_all_as_it_was():
    one = pole()
    one.ports.store.breaks = [5]
    ack = one.hear(sealed(order(PACKAGE.manifest())))
    assert (ack["outcome"], ack["reason"]) == ("rejected", "notStored") and not one.updating.active
    assert one.hear(sealed(order(PACKAGE.manifest())))["outcome"] == "accepted"


def test_a_file_of_progress_that_makes_no_sense_is_as_none():
    for text in (b"", b"x", b"[]", b"{}", b"[1,2,3,4,5,6,7,8,9,10,11,12]", b"null", bytes(50)):
        one = pole()
        one.ports.store.files["update.json"] = text
        again = Pole(one.ports.store, PACKAGE.broker())
        again.run(5)
        assert not again.updating.active
        assert again.hear(sealed(order(PACKAGE.manifest())))["outcome"] == "accepted"
