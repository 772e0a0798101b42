"""An update comes into the spare slot: as it was signed, or not at all; and a power cut at every write."""

from pole.update import pointer

try:
    from tests.firmware.mortal_store import PowerCut
    from tests.firmware.update.update_bench import SERIAL, Marks, Package, Pole, Store, app, digest, order, sealed
except ImportError:  # on MicroPython, which has this folder on its path
    from mortal_store import PowerCut
    from update_bench import SERIAL, Marks, Package, Pole, Store, app, digest, order, sealed

KEPT = {"config.json": b"{}", "j00000001.f": bytes(4000), "commands.json": b"[]"}


def begun(package, golden=(), store=None, spread=0, **how):
    pole = Pole(store or Store(KEPT), package.broker(), golden, **how)
    answer = pole.hear(sealed(order(package.manifest(), spread)))
    assert answer["outcome"] == "accepted", answer
    return pole


def in_slot(store, slot="a"):
    head = slot + "/"
    return {name[2:]: data for name, data in store.files.items() if name.startswith(head)}


def staged(pole, package, slot="a"):
    """Whether the slot is whole and staged, and nothing else was touched."""
    store = pole.ports.store
    at = pointer.read(store)
    assert in_slot(store, slot) == dict(package.files, list=package.list), sorted(in_slot(store, slot))
    assert at["new"]["slot"] == slot and at["new"]["state"] == pointer.STAGED and at["new"]["version"] == "0.2.0"
    assert at["serial"] == SERIAL == pole.ports.high_water.numbers["updateSerial"]
    assert "update.json" not in store.files
    for name in KEPT:
        assert store.files[name] == KEPT[name]
    return at


def refused(pole, reason, *words):
    ack = pole.acks[-1]
    assert (ack["outcome"], ack["reason"], ack["n"]) == ("rejected", reason, SERIAL), ack
    for word in words:
        assert word in ack["detail"], ack["detail"]
    assert pointer.read(pole.ports.store)["new"] is None and pole.session.asked == ""


def test_all_pieces_of_an_app_that_has_nothing_of_the_running_one_are_fetched():
    package = Package(app())
    pole = begun(package, spread=77)
    pole.run()
    assert staged(pole, package)["new"]["detail"] == {"window": 600, "spread": 77}
    assert sorted(set(pole.session.topics)) == sorted(package.broker()) and pole.session.asked == ""
    assert pole.acks == []  # applied is only told once the probation is over


def test_what_the_running_app_has_is_not_sent_again_and_a_change_comes_as_a_difference():
    base = app()
    package = Package(app(b"changed"), base)
    pole = begun(package, base)
    pole.run()
    staged(pole, package)
    asked = set(pole.session.topics)
    assert len(package.list) < 1024 and len(asked) == 2, asked  # the list, and one difference


def test_in_a_slot_the_files_of_that_slot_are_the_base():
    base = app()
    store = Store(KEPT)
    for path in base:
        store.files["a/" + path] = base[path]
    store.files["a/list"] = b"x"
    pointer.stage(store, "a", "0.1.5", 5, {})
    at = pointer.read(store)
    at["run"], at["new"] = ["a"], None
    pointer.write(store, at)
    package = Package(app(b"2"), base)
    pole = begun(package, store=store, slot="a", firmware="0.1.5")
    pole.run()
    staged(pole, package, "b")
    assert in_slot(store) == dict(base, list=b"x") and len(set(pole.session.topics)) == 2


def test_a_difference_that_gives_another_file_makes_way_for_the_whole_file():
    for broken in (lambda data: b"\x01" + data[1:], lambda data: data[:-1] + bytes([data[-1] ^ 1])):
        base = app()
        package = Package(app(b"changed"), base)
        pole = begun(package, base)
        place = [at for at in range(len(package.pieces)) if b"changed" in package.pieces[at] and at]
        short = min(place, key=lambda at: len(package.pieces[at]))
        topic = next(name for name in pole.broker if name.endswith("/%d" % short))
        pole.broker[topic] = broken(pole.broker[topic])
        pole.run()
        staged(pole, package)


def test_an_old_app_and_leftovers_in_the_slot_are_removed():
    store = Store(KEPT)
    for name in ("a/old.mpy", "a/lib/old.mpy", "a/m1.mpy", "a/list", "a/m2.mpy.new", "a/lib/x.mpy.new.new"):
        store.files[name] = b"something else"
    package = Package(app())
    pole = begun(package, store=store)
    pole.run()
    staged(pole, package)


def test_pieces_that_are_wrong_are_asked_for_again_and_then_given_up():
    for number, words in ((0, "list"), (1, "is not as it was signed"), (4, "is not as it was signed")):
        package = Package(app())
        pole = begun(package)
        topic = sorted(pole.broker, key=lambda name: int(name.split("/")[-1]))[number]
        data = pole.broker[topic]
        pole.broker[topic] = data[:10] + bytes([data[10] ^ 1]) + data[11:]
        pole.run()
        refused(pole, "wrongContent", words)
        assert pole.session.topics.count(topic) >= 3
        assert not pole.updating.active and Pole(pole.ports.store, {}).run() <= 1  # nor after a restart
        pole.broker[topic] = data
        again = pole.hear(sealed(order(package.manifest()), n=SERIAL + 1))  # somebody asks once more
        assert again["outcome"] == "accepted"
        pole.run()
        staged(pole, package)


def test_a_piece_of_another_size_is_never_stored():
    for change in (lambda data: data + b"x", lambda data: data[:-1], lambda data: b"x"):
        package = Package(app())
        pole = begun(package)
        topic = next(name for name in pole.broker if name.endswith("/3"))
        pole.broker[topic] = change(pole.broker[topic])
        pole.run()
        refused(pole, "wrongContent", "the piece 3 has")


def test_a_piece_that_does_not_come_is_asked_for_again_more_and_more_seldom():
    package = Package(app())
    pole = begun(package)
    topic = next(name for name in pole.broker if name.endswith("/2"))
    data = pole.broker.pop(topic)
    pole.run(60)
    before, count = pole.ticks, pole.session.topics.count(topic)
    pole.run(10)
    assert pole.session.topics.count(topic) == count + 10 and pole.ticks - before > 4000000
    pole.broker[topic] = data
    pole.run()
    staged(pole, package)


def test_a_session_that_is_lost_is_no_failure():
    package = Package(app())
    pole = begun(package)
    pole.run(8)
    pole.session.online = False
    asked = len(pole.session.topics)
    pole.broker, broker = {}, pole.broker
    pole.run(500)
    assert pole.updating.active and len(pole.session.topics) == asked
    pole.session.online, pole.broker = True, broker
    pole.run()
    staged(pole, package)


def test_nothing_is_done_while_the_lamp_ramps_or_is_about_to():
    package = Package(app())
    pole = begun(package)
    pole.run(8)
    before = dict(pole.ports.store.files)
    pole.lamp.arrived = False
    pole.run(50)
    assert pole.ports.store.files == before and pole.updating.active
    pole.lamp.arrived = True
    pole.run()
    staged(pole, package)


def test_a_flash_without_room_is_told_before_anything_is_fetched_and_the_journal_keeps_its_own():
    package = Package(app())
    store = Store(KEPT)
    store.blocks = 64 - 1 + 12 + 6  # the journal has one block of its 64
    pole = begun(package, store=store)
    pole.run()
    refused(pole, "noSpace", "bytes is", "blocks of the flash are missing for that beside the journal")
    assert pole.session.topics == []


def test_a_flash_without_room_for_the_files_of_the_list_is_told_before_they_are_fetched():
    files = {"m%02d.mpy" % number: bytes(200) for number in range(40)}  # a block each
    package = Package(files)
    store = Store(KEPT)
    store.blocks = 64 - 1 + 12 + 30
    pole = begun(package, store=store)
    pole.run()
    refused(pole, "noSpace", "bytes is 8000 and 10 blocks")
    assert len(set(pole.session.topics)) == -(-len(package.list) // 1024)


def test_a_flash_that_is_full_all_the_same_is_told():
    package = Package(app())
    pole = begun(package)
    pole.run(8)
    pole.ports.store.breaks = [28]
    pole.run()
    refused(pole, "noSpace", "the flash of the pole is full")


def test_a_flash_that_refuses_now_and_then_is_no_failure_and_one_that_always_does_is():
    package = Package(app())
    pole = begun(package)
    for number in range(3):
        pole.run(6 + number)
        pole.ports.store.breaks = [5]
    pole.run()
    staged(pole, package)
    pole = begun(package, store=Store(KEPT))
    pole.run(6)
    pole.ports.store.breaks = [5] * 10
    pole.run(40)
    assert pole.acks == [] or pole.acks[-1]["reason"] == "notStored"


def test_a_file_that_is_read_otherwise_than_it_was_written_is_made_again():
    package = Package(app())
    pole = begun(package)
    while "a/m1.mpy" not in pole.ports.store.files:
        pole.run(1)
    pole.ports.store.wrong["a/m1.mpy"] = 1
    pole.run()
    staged(pole, package)
    pole = begun(package, store=Store(KEPT))
    pole.ports.store.wrong["a/m1.mpy"] = 100
    pole.run()
    refused(pole, "wrongContent", "m1.mpy is read otherwise than it was written")


def test_a_list_that_makes_no_sense_is_refused_although_it_was_signed():
    good = Package(app())
    line = good.list.split(b"\n")[1].decode()
    path, size, hashed, piece = line.split(" ")
    for other in (
        "../config.json " + " ".join((size, hashed, piece)), "config.json " + " ".join((size, hashed, piece)),
        "/x.mpy " + " ".join((size, hashed, piece)), "lib/../x.mpy " + " ".join((size, hashed, piece)),
        "b/x.mpy " + " ".join((size, hashed, piece)), path + " -1 " + hashed + " " + piece, path + " 1", "",
        path + " x " + hashed + " 1", ".mpy " + " ".join((size, hashed, piece)), "x" * 600,
        path + " 99999999 " + hashed + " 1",
    ):  # fmt: skip
        package = Package(app())
        package.list = package.list.replace(line.encode(), other.encode())
        package.pieces[0] = package.list
        assert len(package.list) < 1024
        package.content = digest(package.list)
        pole = begun(package)
        pole.run()
        refused(pole, "wrongContent")
        assert set(pole.ports.store.names()) <= {"a", "update.json", "app.json"} | set(KEPT)


def test_a_list_of_other_bytes_than_the_manifest_s_is_refused():
    package = Package(app())
    pole = Pole(Store(KEPT), package.broker())
    assert pole.hear(sealed(order(package.manifest(bytes=5))))["outcome"] == "accepted"
    pole.run()
    refused(pole, "wrongContent", "bytes is 5 and the list has")


def test_no_memory_for_a_step_ends_the_step_and_not_the_update():
    package = Package(app())
    pole = begun(package)
    pole.run(8)
    names = pole.ports.store.size

    def short(name):
        pole.ports.store.size = names
        raise MemoryError

    pole.ports.store.size = short
    before = pole.ticks
    pole.run(1)
    assert pole.ticks - before >= 30000
    pole.run()
    staged(pole, package)


def test_cancel_ends_a_download_and_a_staged_switch():
    package = Package(app())
    pole = begun(package)
    pole.run(9)
    cancel = sealed('{"cancel": true}', n=SERIAL + 1)
    assert pole.hear(cancel)["outcome"] == "applied" and not pole.updating.active
    assert pole.session.asked == ""
    assert pole.hear(sealed(order(package.manifest())))["reason"] == "replayed"
    pole = begun(package, store=Store(KEPT))
    pole.run()
    assert pole.hear(cancel)["outcome"] == "applied"
    assert pointer.read(pole.ports.store)["new"] is None


def test_an_update_whose_pieces_are_gone_from_the_broker_ends_when_it_is_cancelled():
    """rauc-hawkbit-updater#158: a download without end, which nobody could stop."""
    package = Package(app())
    pole = begun(package)
    pole.broker = {}
    pole.run(40)
    assert pole.updating.active and len(pole.session.topics) > 10
    assert pole.hear(sealed('{"cancel": true}', n=SERIAL + 1))["outcome"] == "applied"
    asked = len(pole.session.topics)
    pole = Pole(pole.ports.store, {}, marks=pole.ports.high_water)  # nor does a restart begin it again
    assert pole.run(40) <= 1 and pole.session.topics == [] and asked


def test_what_came_of_an_update_that_failed_is_removed():
    """littlefs#760, #1080: a flash that is full must be left full of nothing that is of no use."""
    package = Package(app())
    for fault, times, reason in ((28, 1, "noSpace"), (5, 6, "notStored")):
        pole = begun(package, store=Store(KEPT))
        while "a/m1.mpy" not in pole.ports.store.files:
            pole.run(1)
        del pole.broker[next(topic for topic in pole.broker if topic.endswith("/%d" % (len(package.pieces) - 1)))]
        for _ in range(times):
            pole.ports.store.breaks = [fault]
            pole.ports.store.files["a/m2.mpy"] = b"another"  # it has to be written again
            while pole.ports.store.breaks and pole.updating.active:
                pole.run(1)
        pole.run()
        assert pole.acks[-1]["reason"] == reason, pole.acks
        assert in_slot(pole.ports.store) == {} and not pole.updating.active


def test_a_flash_that_removes_nothing_does_not_keep_a_failed_update_for_ever():
    package = Package(app())
    pole = begun(package)
    while "a/m1.mpy" not in pole.ports.store.files:
        pole.run(1)
    pole.ports.store.remove = lambda name: None
    pole.ports.store.breaks = [28]
    assert pole.run(2000) < 2000
    refused(pole, "noSpace", "the flash of the pole is full")


def test_what_was_cancelled_is_taken_when_it_is_asked_for_after_that_and_no_older_message_begins_it():
    package = Package(app())
    for steps in (0, 9, None):  # nothing fetched yet, a part, all of it: staged
        pole = begun(package, store=Store(KEPT))
        pole.run(*([] if steps is None else [steps]))
        assert pole.hear(sealed('{"cancel": true}', n=SERIAL + 5))["outcome"] == "applied"
        pole = Pole(pole.ports.store, package.broker(), {}, marks=pole.ports.high_water)  # and after a restart
        pole.run()
        assert not pole.updating.active
        for older in (SERIAL, SERIAL + 4, SERIAL + 5):
            assert pole.hear(sealed(order(package.manifest()), n=older))["reason"] == "replayed"
        assert pole.hear(sealed(order(package.manifest()), n=SERIAL + 6))["outcome"] == "accepted"
        pole.run()
        assert staged(pole, package)["new"]["serial"] == SERIAL


def lives(package, golden, store, marks, left):
    """A pole from its start until *left* operations were done, or the update is staged; the pole."""
    store.left = left
    pole = Pole(store, package.broker(), golden, marks=marks)
    try:
        if not pole.updating.active:
            pole.hear(sealed(order(package.manifest())))  # the broker brings it with each session
        pole.run()
    except PowerCut:
        pass
    store.left = None
    return pole


def test_a_power_cut_at_every_operation_goes_on_and_harms_nothing():
    base = app()
    package = Package(app(b"changed"), {"lib/app.mpy": base["lib/app.mpy"]})
    golden = {"m1.mpy": base["m1.mpy"], "lib/app.mpy": base["lib/app.mpy"]}
    whole = Store(KEPT)
    lives(package, golden, whole, Marks(), None)
    points = whole.done
    for cut in range(points):
        store, marks = Store(KEPT), Marks()
        lives(package, golden, store, marks, cut)
        for name in KEPT:
            assert store.files[name] == KEPT[name], (cut, name)
        pointer.read(store)
        pole = lives(package, golden, store, marks, None)
        staged(pole, package)
    print("cut points of download and verify:", points)
    assert points > 25


def test_what_was_fetched_before_a_cut_is_not_fetched_again():
    package = Package({"m1.mpy": bytes(range(250)) * 40})
    store, marks = Store(KEPT), Marks()
    first = lives(package, (), store, marks, 12)
    second = lives(package, (), store, marks, None)
    staged(second, package)
    again = set(first.session.topics) & set(second.session.topics)
    assert len(again) <= 1, again  # the one that was on its way
