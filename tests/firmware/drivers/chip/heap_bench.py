"""A chip whose heap grows, for test_heap.py, on CPython and on MicroPython."""

import sys

FIRST = 56 * 1024


class Bench:
    """``log`` is what was done, ``taken`` the objects' sizes, ``said`` what was printed, ``held`` an open UART.

    *size* of the heap at first, *largest* block of ESP-IDF's heap; *fails*: (what, with which error), *once* or always;
    *grows*: whether the heap can grow.
    """

    def __init__(self, size=FIRST, largest=98304, fails=("", None), grows=True, once=False):
        self.size, self.largest, self.grows = size, largest, grows
        self.used = 20000
        self.log, self.taken = [], []
        self.said = ""
        self.held = False
        self.kept = self.last = None
        self.noted = []
        self._fails = fails
        self._once = once
        self._grown = False

    def bound(self, board):
        """What ``pole.drivers.chip.heap.bound`` returns here."""
        bench = self

        class Uart:
            def __init__(self, number, baud, *, tx, rx, rxbuf):
                bench._try("uart")
                bench.held = True
                bench.log.append("uart %d on %d and %d: %d" % (number, tx, rx, rxbuf))

            def deinit(self):
                bench.held = False
                bench.log.append("uart closed")

        class Machine:
            UART = Uart

        class Esp32:
            HEAP_DATA = 4

            @staticmethod
            def idf_heap_info(what):
                bench._try("idf")
                return [(15000, 1000, 900, 800), (120000, bench.largest + 500, bench.largest, bench.largest)]

        modules = {"machine": Machine, "esp32": Esp32}
        before = {name: sys.modules.get(name) for name in modules}
        sys.modules.update(modules)
        self._forget()
        try:
            from pole.drivers.chip import heap

            heap.print = self._print
            return heap.bound(board, self, self, self)
        finally:
            self._forget()
            for name, module in before.items():
                if module is None:
                    sys.modules.pop(name, None)
                else:
                    sys.modules[name] = module

    def _forget(self):
        """The module keeps the machine that it finds when it is loaded."""
        sys.modules.pop("pole.drivers.chip.heap", None)
        drivers = sys.modules.get("pole.drivers.chip")
        if hasattr(drivers, "heap"):
            delattr(drivers, "heap")

    def _print(self, *words):
        self.said += " ".join([str(word) for word in words]) + "\n"

    def _try(self, what):
        if self._fails[0] == what:
            error = self._fails[1]
            if self._once:
                self._fails = ("", None)
            raise error

    # -- the failures

    def note(self, part, _error):
        self.noted.append(part)

    # -- the radio

    def start(self):
        self._try("radio")
        self.log.append("radio on")

    # -- Python's heap

    def __call__(self, size):
        self._try("heap")
        if self.used + size > self.size and self.grows:
            self.size += 49152
            self.log.append("grown")
        self.used = min(self.used + size, self.size)
        self.taken.append(size)
        self.last = bytearray(1)
        return self.last

    def mem_alloc(self):
        return self.used

    def mem_free(self):
        return self.size - self.used

    def collect(self, kept):
        self.kept = kept
        if self.log:
            self.log.append("collected")
