"""The power is cut at every write, and nothing that was promised is broken.

A reduced run: every cut of 24 steps, in which the journal begins, is full and drops both classes, and releases, while
the settings and the counters are saved.  The full one is tests/soak/test_cuts_host.py.
"""

try:
    from tests.firmware.reporting.cut_sweep import sweep
except ImportError:  # MicroPython
    from cut_sweep import sweep


def test_every_cut_of_the_first_writes_there_are():
    print(sweep(1, 8))


def test_every_cut_while_the_journal_is_full_and_drops():
    print(sweep(284, 8))


def test_every_cut_while_the_backlog_is_released():
    print(sweep(321, 8))
