"""How long this process could not run because others had the processor: what a test of time must not count.

For both runtimes; 0 where the system does not tell (only Linux does).
"""

import os

_THREADS = "/proc/self/task"


def queued_ms():
    """Milliseconds, since it started, that threads of this process were ready to run and waited for a processor."""
    total = 0
    try:
        for thread in os.listdir(_THREADS):
            try:
                with open("%s/%s/schedstat" % (_THREADS, thread)) as file:
                    total += int(file.read().split()[1])
            except (OSError, IndexError):
                pass  # a thread that has ended meanwhile
    except OSError:
        return 0
    return total // 1000000
