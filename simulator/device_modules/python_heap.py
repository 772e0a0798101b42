"""Python's heap as the chip would have it, in the place of ``pole/drivers/chip/heap.py: Heap``.

The engines' own heaps have another size, and do not grow as the chip's.  Both engines use this one, and so come to the
same.
"""

from _chip import call
from ops import PYTHON_COLLECT, PYTHON_FREE, PYTHON_SIZE, PYTHON_TAKE


class Heap:
    def mem_alloc(self):
        return call(PYTHON_SIZE) - call(PYTHON_FREE)

    def mem_free(self):
        return call(PYTHON_FREE)

    def __call__(self, size):
        number = call(PYTHON_TAKE, size)
        if number < 0:
            raise MemoryError
        return number

    def collect(self, kept):
        call(PYTHON_COLLECT, -1 if kept is None else kept)
