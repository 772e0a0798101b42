"""The key that signs updates: as it was flashed, as it was changed, and nothing else."""

import binascii

from pole.update import signer

try:
    from tests.firmware.mortal_store import MortalStore, PowerCut
    from tests.firmware.update.key_pair import KEY, PEM
except ImportError:  # on MicroPython, which has this folder on its path
    from key_pair import KEY, PEM
    from mortal_store import MortalStore, PowerCut

OTHER = KEY[:-1] + bytes([KEY[-1] ^ 2])


def pem(data):
    text = binascii.b2a_base64(data).strip()
    lines = b"\n".join([text[at : at + 64] for at in range(0, len(text), 64)])
    return b"-----BEGIN PUBLIC KEY-----\n" + lines + b"\n-----END PUBLIC KEY-----\n"


def der():
    return binascii.a2b_base64(b"".join(PEM.split(b"\n")[1:-2]))


def flashed(text=PEM):
    return MortalStore({"update.pem": text})


def test_the_flashed_key_is_in_force_with_any_ends_of_lines():
    assert signer.modulus(MortalStore(), flashed()) == KEY
    assert signer.modulus(MortalStore(), flashed(PEM.replace(b"\n", b"\r\n"))) == KEY
    assert signer.modulus(MortalStore(), flashed(pem(der()))) == KEY


def test_what_is_no_such_key_is_none():
    data = der()
    assert len(data) == 422
    for text in (
        b"", b"x", PEM[30:], PEM[:-30], PEM.replace(b"PUBLIC", b"PRIVATE"), pem(b""),
        pem(data[:-1]), pem(data + b"\0"), pem(data[:-3] + b"\0\0\3"), pem(data[:-5] + b"\2\3\1\0\3"),
        pem(data[:10] + b"\0" + data[11:]), PEM[40:] + PEM[:40],
    ):  # fmt: skip
        assert signer.modulus(MortalStore(), flashed(text)) is None, text
    assert signer.modulus(MortalStore(), MortalStore()) is None


def test_a_key_that_was_changed_is_in_force_until_the_pole_is_flashed_with_another():
    store = MortalStore()
    signer.change(store, flashed(), OTHER, 5)
    assert signer.modulus(store, flashed()) == OTHER
    assert signer.modulus(store, flashed(pem(der()))) == OTHER or pem(der()) != PEM
    assert signer.modulus(store, flashed(PEM.replace(b"\n", b"\r\n"))) == KEY


def test_one_that_makes_no_sense_gives_way_and_one_that_cannot_be_read_does_not():
    for text in (b"", b"x", bytes(400), bytes(401)):
        store = MortalStore({"update.key": text})
        assert signer.modulus(store, flashed()) == KEY

    class Unread(MortalStore):
        def read(self, name):
            return None

    assert signer.modulus(Unread({"update.key": b"x"}), flashed()) is None


def test_a_power_cut_leaves_the_old_key_or_the_new():
    for cut in range(3):
        store = MortalStore()
        signer.change(store, flashed(), KEY, 4)
        store.left = cut
        try:
            signer.change(store, flashed(), OTHER, 5)
        except PowerCut:
            pass
        store.left = None
        assert signer.modulus(store, flashed()) == (OTHER if cut == 2 else KEY)


def test_the_print_of_a_key():
    assert len(signer.print_of(KEY)) == 8 and signer.print_of(KEY) != signer.print_of(OTHER)
    assert signer.print_of(None) == ""
