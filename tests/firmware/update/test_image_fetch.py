"""A MicroPython image comes into the partition that does not run: as it was signed, or not at all."""

from pole.update import image, pointer

try:
    from tests.firmware.update import two_partitions
    from tests.firmware.update.two_partitions import BLOCK, Cut, Partition
    from tests.firmware.update.update_bench import PIECE, SERIAL, Package, Pole, Store, digest, order, sealed
except ImportError:  # on MicroPython, which has this folder on its path
    import two_partitions
    from two_partitions import BLOCK, Cut, Partition
    from update_bench import PIECE, SERIAL, Package, Pole, Store, digest, order, sealed

DATA = bytes(range(251)) * 50  # four blocks, and a last piece that is short
MANIFEST = Package({"m.mpy": b"x"})


def manifest(**changes):
    said = {"kind": "image", "list": 0, "bytes": len(DATA), "content": digest(DATA), "version": "9.0.0"}
    said.update(changes)
    return MANIFEST.manifest(**said)


def broker(data=DATA):
    head = "diya/1/sagar/_update/" + digest(DATA)[:16] + "/"
    return {head + str(at // PIECE): data[at : at + PIECE] for at in range(0, len(data), PIECE)}


def begun(store=None, text="", pieces=None):
    pole = Pole(store or Store({"config.json": b"{}"}), broker() if pieces is None else pieces)
    answer = pole.hear(sealed(order(text or manifest())))
    assert answer is None or answer["outcome"] == "accepted", answer
    return pole


def staged(pole):
    assert bytes(Partition.flash["ota_1"][: len(DATA)]) == DATA
    state = image.read(pole.ports.store)
    assert state[image.STATE] == image.STAGED and state[image.LABEL] == "ota_1" and state[image.SERIAL] == SERIAL
    assert state[image.CONTENT] == digest(DATA)[:16] and state[image.VERSION] == "9.0.0"
    assert "update.json" not in pole.ports.store.files and pointer.read(pole.ports.store)["new"] is None


def with_flash(test):
    def run():
        two_partitions.fit()
        try:
            test()
        finally:
            two_partitions.unfit()

    return run


@with_flash
def test_the_blocks_are_erased_one_by_one_and_the_pieces_are_written_in_order():
    pole = begun()
    pole.run()
    staged(pole)
    blocks = -(-len(DATA) // BLOCK)
    assert Partition.done[:blocks] == [("erase", block) for block in range(blocks)]
    assert Partition.done[blocks:] == [("write", at // BLOCK) for at in range(0, len(DATA), PIECE)]
    assert len(pole.session.topics) == -(-len(DATA) // PIECE) and pole.session.asked == ""


@with_flash
def test_the_power_is_cut_at_every_write_and_it_goes_on_with_little_sent_again():
    begun().run()
    steps = len(Partition.done)
    asked = []
    for cut in range(steps):
        two_partitions.fit()
        pole = begun()
        Partition.left = cut
        try:
            pole.run()
            raise AssertionError("it was not cut")
        except Cut:
            pass
        Partition.left = None
        again = Pole(pole.ports.store, broker(), marks=pole.ports.high_water)
        again.run()
        staged(again)
        asked.append(len(again.session.topics) - (-(-len(DATA) // PIECE) - max(0, cut - 4)))
    assert max(asked) <= BLOCK // PIECE, asked  # one block comes again at most


@with_flash
def test_a_flash_that_keeps_no_bytes_there_is_told_after_four_times():
    Partition.worn = (7,)
    pole = begun()
    pole.run()
    (ack,) = pole.acks
    assert (ack["outcome"], ack["reason"]) == ("rejected", "wrongContent")
    assert "the image is not read as it was signed" in ack["detail"] and image.read(pole.ports.store) is None
    assert Partition.done.count(("erase", 0)) == 4


@with_flash
def test_a_flash_that_fails_now_and_then_takes_the_image_and_one_that_always_fails_is_told():
    Partition.weak = [at for at in range(0, len(DATA), PIECE) if at % BLOCK]  # more than may fail in a row
    pole = begun()
    pole.run()
    assert Partition.weak == []
    staged(pole)
    two_partitions.fit()
    Partition.weak = [0] * 100
    pole = begun()
    pole.run()
    assert [ack["reason"] for ack in pole.acks] == ["notStored"]


@with_flash
def test_pieces_of_a_wrong_length_are_told():
    pieces = {topic: data[:-1] for topic, data in broker().items()}
    pole = begun(pieces=pieces)
    pole.run()
    assert pole.acks[0]["reason"] == "wrongContent" and "bytes and must have 1024" in pole.acks[0]["detail"]


@with_flash
def test_nothing_is_written_while_the_lamp_ramps():
    pole = begun()
    pole.run(20)
    pole.lamp.arrived = False
    before = len(Partition.done)
    for _ in range(10):
        pole.ticks += pole.updating.due(pole, 0, pole.ticks)
    assert len(Partition.done) == before


FIELDS = (
    ("bytes", 6 * BLOCK + 1, "tooLarge", "from 1 to 24576"),
    ("list", 1, "tooLarge", "list is 1 and must be a whole number from 0 to 0"),
    ("mpy", 5, "wrongMpy", "mpy is 5 and must be 6"),
    ("board", "other", "wrongBoard", "must be"),
    ("version", "1.0.0", "olderVersion", "and must be above"),
    ("serial", 0, "badField", "serial is 0"),
)


@with_flash
def test_each_field_is_held_against_its_bound():
    for name, value, reason, words in FIELDS:
        answer = Pole(Store(), {}).hear(sealed(order(manifest(**{name: value}))))
        assert (answer["outcome"], answer["reason"]) == ("rejected", reason), (name, answer)
        assert words in answer["detail"], answer["detail"]
    assert Pole(Store(), {}).hear(sealed(order(manifest(version="1.0.0", downgrade=True))))["outcome"] == "accepted"


@with_flash
def test_a_flash_with_one_partition_takes_none():
    Partition.one = True
    answer = Pole(Store(), {}).hear(sealed(order(manifest())))
    assert answer["reason"] == "badField" and "room for one MicroPython alone (4 MB)" in answer["detail"]


def tried(state):
    """A store whose image is in that *state*."""
    pole = begun()
    pole.run()
    there = image.read(pole.ports.store)
    there[image.STATE] = state
    image.write(pole.ports.store, there)
    return pole


@with_flash
def test_while_an_image_is_tried_nothing_else_comes_and_one_that_waits_makes_room():
    later = SERIAL + 1
    for state in (image.GO, image.TRIAL, image.BACK, image.ASK, image.ASKING, image.UNPROVEN):
        pole = tried(state)
        for text in (manifest(serial=later, version="9.1.0"), MANIFEST.manifest(serial=later)):
            assert pole.hear(sealed(order(text), n=later))["reason"] == "busy", state
    for text in (manifest(serial=later, version="9.1.0"), MANIFEST.manifest(serial=later)):
        pole = tried(image.STAGED)
        assert pole.hear(sealed(order(text), n=later))["outcome"] == "accepted"
        assert image.read(pole.ports.store) is None
    pole = tried(image.STAGED)
    assert pole.hear(sealed('{"cancel": true}', n=later))["outcome"] == "applied"
    assert image.read(pole.ports.store) is None


@with_flash
def test_what_is_retained_comes_again_and_says_how_it_ended():
    pole = tried(image.TRIAL)
    assert pole.hear(sealed(order(manifest()))) is None and pole.updating.waiting
    Partition.running = "ota_1"
    there = image.read(pole.ports.store)
    there[image.STATE] = ""
    image.write(pole.ports.store, there)
    pole.updating.waiting = None
    assert pole.hear(sealed(order(manifest())))["outcome"] == "applied"
    assert pole.hear(sealed(order(manifest()))) is None  # told already since the start
    signed_anew = manifest(serial=SERIAL + 5)
    pole.updating.told = 0
    assert pole.hear(sealed(order(signed_anew), n=SERIAL + 5))["outcome"] == "applied"
    assert image.read(pole.ports.store)[image.SERIAL] == SERIAL + 5
    there[image.REASON], there[image.SERIAL] = "died", SERIAL + 5
    image.write(pole.ports.store, there)
    answer = pole.hear(sealed(order(signed_anew), n=SERIAL + 6))
    assert (answer["outcome"], answer["reason"]) == ("reverted", "died")


@with_flash
def test_a_file_that_makes_no_sense_is_none():
    for text in (b"", b"[]", b"{}", b"[1, 2]", b"null", b"x" * 3000, b'["sg", 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4]'):
        assert image.read(Store({image.NAME: text})) is None
