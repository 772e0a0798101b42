"""``gc`` of a virtual chip: the virtual machine's own, with the figures that the chip would have.

While the program is loaded, how much it has in use is the virtual machine's figure from the first question on; the
chip's memory says how large a heap it would have for that (simulator/hardware/dram.py).  Where it would have none,
MemoryError is raised at the next call, which is later than on a chip.

From its first wait on it has in use what the chip's memory charges for it: the virtual machine's figure says nothing of
that, for it holds TLS and garbage, too, and its addresses are twice as long.
"""

import gc

from _chip import call
from ops import PYTHON_FREE, PYTHON_SIZE, PYTHON_USES

collect, threshold, enable, disable, isenabled = gc.collect, gc.threshold, gc.enable, gc.disable, gc.isenabled
_first = []  # what was in use at the first question: of the virtual machine's heap, of the chip's


def mem_alloc():
    charged = call(PYTHON_SIZE) - call(PYTHON_FREE)
    used = gc.mem_alloc()
    if not _first:
        _first[:] = used, charged
    if charged > _first[1]:
        return charged
    used += _first[1] - _first[0]
    if call(PYTHON_USES, max(0, used)) < 0:
        raise MemoryError
    return used


def mem_free():
    used = mem_alloc()
    return call(PYTHON_SIZE) - used
