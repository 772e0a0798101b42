"""The journal: what is raised is kept, goes out in order, and no id ever means two things."""

import json

from pole.reporting import journal, upkeep
from pole.reporting.journal import replay_wait
from pole.reporting.reader import event_from
from pole.wire import contract

try:
    from tests.firmware.reporting.journal_bench import UNIX, Bench, numbers
    from tests.firmware.reporting.memory_store import MemoryStore
except ImportError:  # MicroPython
    from journal_bench import UNIX, Bench, numbers
    from memory_store import MemoryStore

SMALL = 16 * 1024  # bytes of flash: segments of 960 bytes, 8 records each


def ids(events):
    return [event["id"] for event in events]


def dropped(events):
    return [event["attributes"] for event in events if event["eventType"] == upkeep.DROPPED]


def test_an_event_goes_out_with_an_id_and_as_live():
    bench = Bench(MemoryStore())
    bench.put(7)
    (event,) = bench.drain()
    assert event["id"] == "010001000000-1" and event["replayed"] is False
    assert event["timestamp"] == 7 and event["attributes"] == {"fill": ""}


def test_events_go_out_in_order_faults_and_routine_together():
    bench = Bench(MemoryStore())
    for number in range(1, 8):
        bench.put(number, number % 3 == 0)
    events = bench.drain()
    assert numbers(events) == [1, 2, 3, 4, 5, 6, 7]
    assert [int(one.split("-")[1]) for one in ids(events)] == [1, 2, 3, 4, 5, 6, 7]


def test_nothing_of_the_same_millisecond_is_seen():
    bench = Bench(MemoryStore())
    bench.put(1)
    assert bench.box.take() is None and bench.journal.waiting()
    assert len(bench.out()) == 1 and not bench.journal.waiting()
    bench.put(2)
    bench.now += 1
    bench.put(3)
    assert json.loads(bench.box.take().payload)["timestamp"] == 2
    assert bench.box.take() is None
    assert len(bench.out()) == 1


def test_the_order_within_a_millisecond_cannot_be_seen():
    runs = []
    for sender_first in (True, False):
        bench = Bench(MemoryStore())
        log = []
        on_their_way = []
        for ms in range(10, 400):
            bench.now = ms
            for step in (0, 1) if sender_first else (1, 0):
                if step == 0:
                    while True:
                        record = bench.box.take()
                        if record is None:
                            break
                        log.append((ms, record.payload, record.packet_id))
                        on_their_way.append((ms + 5 + record.packet_id % 4, record.packet_id))
                else:
                    if ms % 7 < 3:
                        bench.put(ms, ms % 2 == 0)
                    if ms % 5 == 0:
                        bench.box.put(contract.ACK, "ack %d" % ms)
                    for due, packet_id in list(on_their_way):
                        if due == ms:
                            bench.box.acknowledge(packet_id)
                            on_their_way.remove((due, packet_id))
        runs.append(log)
    assert runs[0] == runs[1] and len(runs[0]) > 100


def test_acks_go_first_and_never_touch_the_flash():
    store = MemoryStore()
    bench = Bench(store)
    bench.put(1)
    before = store.appends
    bench.box.put(contract.ACK, '{"v":1}')
    assert [record.kind for record in bench.out()] == ["ack", "event"]
    assert store.appends == before


def test_what_was_not_acknowledged_comes_again_after_a_cut_replayed_with_its_own_time():
    bench = Bench(MemoryStore())
    for number in range(1, 7):
        bench.put(number)
    bench.out()
    first = [bench.box.oldest().payload]
    bench.boot()
    events = bench.drain()
    assert numbers(events) == [1, 2, 3, 4, 5, 6]
    assert all([event["replayed"] for event in events])
    assert json.loads(first[0])["id"] == events[0]["id"]
    bench.put(7)
    (event,) = bench.drain()
    assert event["id"].endswith("-7") and event["replayed"] is False


def test_an_acknowledged_event_comes_again_within_the_stated_bound():
    for total in (1, 15, 16, 17, 40, 100):
        for hold in (False, True):
            bench = Bench(MemoryStore())
            for number in range(1, total + 1):
                bench.put(number)
            acknowledged = []
            held = None
            for _ in range(100 * total):
                for record in bench.out(journal.REPLAY_MS):
                    number = json.loads(record.payload)["timestamp"]
                    if hold and number == max(total - 20, 1):
                        held = number  # its PUBACK never comes
                        continue
                    bench.box.acknowledge(record.packet_id)
                    acknowledged.append(number)
            bench.boot()
            again = numbers(bench.drain())
            assert len([number for number in again if number in acknowledged]) <= journal.DUPLICATES
            assert held is None or held in again
            assert sorted(set(acknowledged + again)) == list(range(1, total + 1))


def test_the_mark_of_a_released_event_rides_along_with_the_next():
    bench = Bench(MemoryStore())
    bench.put(1)
    bench.drain()
    bench.put(2)
    bench.boot()
    assert numbers(bench.drain()) == [2]


def test_a_backlog_is_paced_and_a_burst_is_not():
    bench = Bench(MemoryStore())
    for number in range(1, 5):
        bench.put(number)
    assert len(bench.out()) == 4
    for record in list(bench.box.flying):
        bench.box.acknowledge(record.packet_id)
    for number in range(5, 11):
        bench.put(number)
    times = []
    bench.now += 3600000  # an outage
    while bench.journal.waiting():
        for record in bench.out(1):
            times.append(bench.now)
            assert json.loads(record.payload)["replayed"] is True
            bench.box.acknowledge(record.packet_id)
        wait = bench.journal.wait_ms(bench.now)
        assert 1 <= wait <= journal.REPLAY_MS or not bench.journal.waiting()
    assert [times[n + 1] - times[n] for n in range(len(times) - 1)] == [journal.REPLAY_MS] * 5


def test_pacing_is_a_function_of_ticks_and_survives_their_wrapping():
    assert replay_wait(5, None) == 0
    assert replay_wait(1000, 1000) == 500
    assert replay_wait(1499, 1000) == 1
    assert replay_wait(1500, 1000) == 0
    assert replay_wait(99, (1 << 30) - 1) == 400
    assert replay_wait((1 << 29) + 2000, 1000) == 0  # more than six days ago


def test_resend_brings_released_events_back_as_replayed():
    bench = Bench(MemoryStore())
    for number in range(1, 31):
        bench.put(number, number % 2 == 0)
    sent = bench.drain()
    assert bench.journal.resend(sent[0]["id"].split("-")[0], 10, 14)
    again = bench.drain()
    assert ids(again) == ids(sent)[9:14] and numbers(again) == [10, 11, 12, 13, 14]
    assert all([event["replayed"] for event in again])
    assert not bench.journal.waiting() and bench.missing() == []


def test_what_cannot_be_sent_again_is_named():
    bench = Bench(MemoryStore(), SMALL)
    for number in range(1, 401):
        bench.put(number)
        if number % 4 == 0:
            bench.drain()
    epoch = "010001000000"
    assert bench.journal.resend(epoch, 1, 400)
    again = bench.drain()
    (gone,) = bench.missing()
    assert gone == (epoch, 1, numbers(again)[0] - 1) and numbers(again)[-1] == 400
    assert numbers(again) == list(range(gone[2] + 1, 401))
    assert bench.journal.resend("ffffffffffff", 3, 9)
    assert bench.drain() == [] and bench.missing() == [("ffffffffffff", 3, 9)]


def test_a_resend_too_many_is_refused_and_none_is_lost():
    bench = Bench(MemoryStore())
    for number in range(1, 9):
        bench.put(number)
    bench.drain()
    epoch = "010001000000"
    assert [bench.journal.resend(epoch, n, n) for n in range(1, 6)] == [True] * 4 + [False]
    assert numbers(bench.drain()) == [1, 2, 3, 4]
    assert bench.journal.resend(epoch, 5, 5)


def test_routine_goes_before_faults_and_the_drop_is_recorded():
    bench = Bench(MemoryStore(), SMALL)
    for number in range(1, 41):
        bench.put(number)  # faults, some 5 segments
    for number in range(41, 241):
        bench.put(number, True)
    events = bench.drain()
    got = numbers(events)
    assert got[:40] == list(range(1, 41)) and got[-1] == 240
    missing = [number for number in range(1, 241) if number not in got]
    assert missing and min(missing) > 40
    drops = dropped(events)
    assert sum([drop["count"] for drop in drops]) == len(missing)
    every = [int(one.split("-")[1]) for one in ids(events)]
    named = []
    for drop in drops:
        named += [n for n in range(drop["first"], drop["last"] + 1) if n not in every]
        assert drop["epoch"] == "010001000000"
    assert sorted(named + every) == list(range(1, max(every) + 1))
    assert [event["timestamp"] for event in events if event["eventType"] == upkeep.DROPPED] == [UNIX] * len(drops)


def test_when_only_faults_are_left_the_oldest_go_and_that_is_recorded():
    bench = Bench(MemoryStore(), SMALL)
    for number in range(1, 301):
        bench.put(number)
    events = bench.drain()
    got = numbers(events)
    assert got == list(range(got[0], 301))
    every = [int(one.split("-")[1]) for one in ids(events)]
    assert sum([drop["count"] for drop in dropped(events)]) >= min(every) - 1
    assert dropped(events)[-1]["last"] == min(every) - 1


def test_the_budget_is_kept():
    store = MemoryStore()
    bench = Bench(store, SMALL)
    most = 0
    for number in range(1, 500):
        bench.put(number, number % 3 == 0, number % 100)
        most = max(most, sum([len(data) for data in store.files.values()]))
    assert SMALL * 3 // 4 < most <= SMALL


def test_released_segments_make_room_without_a_word():
    bench = Bench(MemoryStore(), SMALL)
    got = []
    for number in range(1, 500):
        bench.put(number, number % 5 == 0)
        got += bench.drain()
    assert numbers(got) == list(range(1, 500)) and dropped(got) == []


def test_an_unfinished_drop_is_finished_at_the_next_start():
    store = MemoryStore()
    bench = Bench(store, SMALL)
    for number in range(1, 100):
        bench.put(number)
    first = min([name for name in store.files])
    store.files["journal.going"] = store.files.pop(first)  # the power was cut here
    bench.boot()
    events = bench.drain()
    assert "journal.going" not in store.files
    (drop,) = dropped(events)
    assert drop["first"] == 1 and drop["last"] == drop["count"] == numbers(events)[0] - 1


def test_an_empty_file_left_by_a_cut_is_no_damage():
    store = MemoryStore()
    bench = Bench(store)
    bench.put(1)
    store.files["j00000002.r"] = b""
    bench.boot()
    bench.put(2, True)
    events = bench.drain()
    assert numbers(events) == [1, 2] and [event["id"][:12] for event in events] == ["010001000000"] * 2


def test_a_damaged_end_begins_a_new_epoch_once_and_says_so():
    for routine in (False, True):
        for cut in (3, 20):
            store = MemoryStore()
            bench = Bench(store)
            bench.put(1, not routine)
            for number in range(2, 6):
                bench.put(number, routine)
            name = next(name for name in store.files if name.endswith(".r" if routine else ".f"))
            store.files[name] = store.files[name][:-cut]
            bench.boot()
            bench.put(9, routine)
            events = bench.drain()
            assert numbers(events) == [1, 2, 3, 4, 9]
            assert dropped(events) == [{"epoch": "010001000000", "first": 5, "last": None, "count": None}]
            assert events[-1]["id"][:12] == "020001000000" and len(set(ids(events))) == 6
            for _ in range(3):
                bench.boot()
                assert dropped(bench.drain()) in ([], [dropped(events)[0]])
            bench.put(10, not routine)
            assert bench.drain()[-1]["id"][:12] == "020001000000"


def test_a_segment_without_a_readable_head_begins_a_new_epoch():
    store = MemoryStore()
    bench = Bench(store)
    bench.put(1)
    bench.put(2, True)
    store.files["j00000002.r"] = b"?" + store.files["j00000002.r"][1:]
    bench.boot()
    events = bench.drain()
    assert numbers(events) == [1] and events[-1]["id"][:12] == "020001000000"
    assert "j00000002.r" not in store.files
    bench.boot()
    bench.put(5)
    assert bench.drain()[-1]["id"][:12] == "020001000000"


def test_damage_in_the_middle_costs_the_rest_of_one_segment():
    store = MemoryStore()
    bench = Bench(store, SMALL)
    for number in range(1, 60):
        bench.put(number)
    second = sorted(store.files)[1]
    third = sorted(store.files)[2]
    store.files[second] = store.files[second][:300] + b"\0\0\0" + store.files[second][303:]
    bench.boot()
    got = numbers(bench.drain())
    missing = [number for number in range(1, 60) if number not in got]
    assert 0 < len(missing) < int(third[1:9], 16) - int(second[1:9], 16)
    assert got[-1] == 59


def test_a_reformatted_or_new_flash_begins_a_new_epoch():
    store = MemoryStore()
    bench = Bench(store)
    bench.put(1)
    first = bench.drain()
    store.files.clear()
    bench.boot()
    bench.put(1)
    assert bench.drain()[0]["id"] != first[0]["id"]


def test_a_flash_that_refuses_does_not_silence_the_pole_nor_repeat_an_id():
    store = MemoryStore()
    bench = Bench(store)
    seen = []
    bench.put(1)
    store.refuses = True
    assert bench.put(2) and bench.put(3)
    seen += bench.drain()
    store.refuses = False
    bench.put(4)
    seen += bench.drain()
    bench.boot()
    bench.put(5)
    seen += bench.drain()
    assert sorted(set(numbers(seen))) == [1, 2, 3, 4, 5]
    meanings = {}
    for event in seen:
        assert meanings.setdefault(event["id"], event["timestamp"]) == event["timestamp"]


def test_a_full_memory_beside_a_dead_flash_refuses_and_counts():
    store = MemoryStore()
    store.refuses = True
    bench = Bench(store)
    kept = [bench.put(number) for number in range(20)]
    assert kept == [True] * 16 + [False] * 4 and bench.journal.lost == 4
    events = bench.drain()
    assert numbers(events) == list(range(16))
    (drop,) = dropped(events)
    assert (drop["first"], drop["last"], drop["count"]) == (17, 20, 4)
    assert drop["epoch"] == events[0]["id"].split("-")[0] and (drop["from"], drop["to"]) == (UNIX, UNIX)
    assert dropped(bench.drain()) == []


def test_what_was_lost_is_told_once_the_flash_takes_records_again_though_memory_is_full():
    store = MemoryStore()
    bench = Bench(store)
    bench.put(1)
    store.refuses = True
    for number in range(2, 30):
        bench.now += 1
        bench.put(number)
    store.refuses = False
    bench.put(30)
    bench.now += 1
    bench.put(31)
    bench.boot()  # the sixteen in memory go with the power
    events = bench.drain()
    assert numbers(events) == [1, 30, 31]
    (drop,) = dropped(events)
    assert (drop["first"], drop["last"], drop["count"]) == (17, 28, 12)


def test_what_was_dropped_for_want_of_space_is_told_though_the_flash_refuses_it_meanwhile():
    store = MemoryStore()
    bench = Bench(store, SMALL)
    number = 0
    while len(store.files) < 16 or bench.journal.segments._room(0, 80):
        number += 1
        bench.put(number)
    store.refuse_appends = True
    for _ in range(40):
        bench.now += 1
        number += 1
        bench.put(number)
    store.refuse_appends = False
    bench.put(number + 1)
    told = {}
    for event in bench.drain():
        epoch, sequence = event["id"].split("-")
        told.setdefault(epoch, []).append(int(sequence))
        gone = event["attributes"]
        if event["eventType"] == upkeep.DROPPED:
            told.setdefault(gone["epoch"], []).extend(range(gone["first"], gone["last"] + 1))
    for epoch in told:
        held = sorted(set(told[epoch]))
        assert epoch == "010001000000" or held == list(range(1, held[-1] + 1)), (epoch, held)
    lost = [n for n in range(1, max(told["010001000000"])) if n not in told["010001000000"]]
    refused = [n for n in lost if n > number - 41]  # numbers that were used once and whose record the flash refused
    assert lost == refused


def test_a_danger_outlives_any_flood_of_what_is_less_severe():
    for flood in (0, 1, 5):  # faults, routine, a door that rattles
        bench = Bench(MemoryStore(), SMALL)
        bench.put(1, 3)  # an impact
        bench.put(2, 2)  # leakage
        for number in range(3, 1200):
            bench.put(number, flood)
        bench.boot()
        bench.put(1200, 0)
        events = bench.drain()
        got = numbers(events)
        assert got[:2] == [1, 2] and got[-1] == 1200 and 1199 in got, flood
        every = [int(one.split("-")[1]) for one in ids(events)]
        named = []
        for drop in dropped(events):
            named += [n for n in range(drop["first"], drop["last"] + 1) if n not in every]
        assert sorted(set(named + every)) == list(range(1, max(every) + 1)), "dropped in silence"


def test_of_a_danger_that_comes_too_often_the_first_and_the_last_stay():
    bench = Bench(MemoryStore(), SMALL)
    bench.put(1, 0)
    for number in range(2, 1000):
        bench.put(number, 5)
    got = numbers(bench.drain())
    assert got[:4] == [1, 2, 3, 4] and got[-4:] == [996, 997, 998, 999] and len(got) < 200


def test_a_segment_of_each_class_has_its_letter_and_is_found_again():
    store = MemoryStore()
    bench = Bench(store)
    for kind in range(6):
        bench.put(kind, kind)
    assert sorted([name[-1] for name in store.files]) == list("dfilrt")
    bench.boot()
    bench.put(6, 4)
    assert numbers(bench.drain()) == [0, 1, 2, 3, 4, 5, 6] and len(store.files) == 6


def test_an_event_larger_than_a_segment_still_goes_out():
    bench = Bench(MemoryStore(), SMALL)
    assert bench.put(1, size=2000)
    bench.put(2)
    assert sorted(numbers(bench.drain())) == [1, 2]


def test_1800_events_wait_for_the_network_and_all_arrive_in_order():
    bench = Bench(MemoryStore())
    total = 1800
    for number in range(1, total + 1):
        assert bench.put(number, number % 4 == 0)
        if number % 600 == 0:
            bench.boot()
    events = bench.drain()
    assert numbers(events) == list(range(1, total + 1))
    assert [int(one.split("-")[1]) for one in ids(events)] == numbers(events)


class StarvedStore(MemoryStore):
    """``starved``: opening a file raises MemoryError."""

    starved = False

    def open(self, name):
        if self.starved:
            raise MemoryError
        return super().open(name)


def test_without_memory_to_make_room_an_event_goes_out_from_memory_and_nothing_else_changes():
    store = StarvedStore()
    bench = Bench(store, SMALL)
    store.starved = True
    last = 0
    before = None
    while before != store.files:  # the first event without room, which there is no memory to make
        last += 1
        before = dict(store.files)
        assert bench.put(last)
    store.starved = False
    assert bench.put(last + 1)
    events = bench.drain()
    (drop,) = dropped(events)
    assert sorted(numbers(events)) == list(range(drop["count"] + 1, last + 2))
    assert (drop["first"], drop["last"]) == (1, drop["count"])
    (kept_in_memory,) = [event for event in events if event["timestamp"] == last]
    assert kept_in_memory["id"].split("-")[0] != drop["epoch"]  # an epoch of its own: nobody misses it in the journal's


def test_an_event_is_read_by_its_sequence_and_past_the_last_there_is_none():
    bench = Bench(MemoryStore())
    for number in (11, 12, 13):
        bench.put(number)
    first = bench.journal.span()["first"]
    sequence, text = event_from(bench.journal, first + 1)
    assert sequence == first + 1 and json.loads(text)["timestamp"] == 12
    assert event_from(bench.journal, bench.journal.span()["last"] + 1) == (None, None)
