"""The prompts of an ESP32's console: the friendly one for people, and the raw one for programs.

Here they are Python, not a part of the virtual machine, because a timer that feeds the watchdog has to run on while a
prompt waits.  What is typed comes on standard input.
"""

import io
import sys

import _chip
import uselect
from hostops import INTERRUPT

_A, _B, _C, _D, _E = 1, 2, 3, 4, 5  # with Ctrl
_BACKSPACE, _ESCAPE, _DELETE = 8, 27, 127
_WINDOW = 128  # bytes of a raw paste that are on their way at once
_HIDDEN = ("launch_live", "repl", "_chip", "time", "timers", "select", "machine", "esp32", "network", "socket", "ssl")
_COMPOUND = ("if", "while", "for", "try", "with", "def", "class", "async")
RAW_BANNER = "raw REPL; CTRL-B to exit\r\n"

_input = uselect.poll()
_input.register(sys.stdin, 1)
write = sys.stdout.write


def run(work, names, begin="", end=""):
    """Runs *work*, which Ctrl-C interrupts; returns whether it came to its end.

    *begin* and *end* are written around its output.  What it raises is printed as a chip would: without what there is
    no trace of there.  Raises SystemExit.
    """
    _chip.call(INTERRUPT, _C)  # before *begin*, which a Ctrl-C may follow faster here than over a serial line
    try:
        try:
            write(begin)
            work(names)
        finally:
            _chip.call(INTERRUPT, -1)
    except SystemExit:
        write(end)
        raise
    except BaseException as error:
        write(end)
        show(error)
        return False
    write(end)
    return True


def show(error):
    text = io.StringIO()
    sys.print_exception(error, text)
    for line in text.getvalue().split("\n")[:-1]:
        parts = line.split('"')
        if not line.startswith("  File ") or parts[1] not in _HIDDEN:
            write(line + "\r\n")


def raw(names):
    """The raw REPL.  True when it is left for the friendly one, False when a soft reset was asked for."""
    write(RAW_BANNER)
    while True:
        write(">")
        line = bytearray()
        begin = "OK"
        while True:
            byte = _byte()
            if byte == _A and line == b"\x05A":
                line = _pasted()
                begin = "\x04"
                break
            if byte == _A:
                write(RAW_BANNER + ">")
                line = bytearray()
            elif byte == _B:
                write("\r\n")
                return True
            elif byte == _C:
                line = bytearray()
            elif byte == _D:
                if not line:
                    write("OK\r\n")
                    return False
                break
            else:
                line.append(byte)
        try:
            run(_program(bytes(line), "exec"), names, begin, "\x04")
        except SystemExit:
            return False
        finally:
            write("\x04")


def _pasted():
    """A program that comes in windows, each of which is asked for when the one before was taken."""
    sys.stdout.buffer.write(b"R\x01" + _WINDOW.to_bytes(2, "little") + b"\x01")
    line = bytearray()
    left = _WINDOW
    while True:
        byte = _byte()
        if byte == _C:
            line = bytearray()
        elif byte == _D:
            return line
        else:
            line.append(byte)
        left -= 1
        if not left:
            left = _WINDOW
            write("\x01")


def friendly(names, banner):
    """The prompt for people.  True when it is left for the raw REPL, False when a soft reset was asked for."""
    write(banner)
    while True:
        source = ""
        prompt = ">>> "
        mode = "single"
        while True:
            line = _typed(prompt)
            if line == _C:
                source = ""
                break
            if not isinstance(line, int):
                source += line + "\n"
                if not _goes_on(source):
                    break
                prompt = "... "
            elif source:
                continue
            elif line == _A:
                write("\r\n")
                return True
            elif line == _B:
                write("\r\n" + banner)
            elif line == _D:
                write("\r\n")
                return False
            else:
                source, mode = _paragraph(), "exec"
                break
        if source.strip():
            try:
                run(_program(source, mode), names)
            except SystemExit:
                return False


def _program(source, mode):
    return lambda names: exec(compile(source, "<stdin>", mode), names)


def _goes_on(source):
    """Whether *source*, whole lines, is only the beginning of a statement."""
    depth = 0
    quote = ""
    at = 0
    while at < len(source):
        three = source[at : at + 3]
        if quote:
            if source[at] == "\\":
                at += 1
            elif source[at : at + len(quote)] == quote:
                at += len(quote) - 1
                quote = ""
            elif source[at] == "\n" and len(quote) == 1:
                quote = ""  # which the compiler will complain of
        elif three in ("'''", '"""'):
            quote = three
            at += 2
        elif source[at] in "'\"":
            quote = source[at]
        elif source[at] == "#":
            at = source.find("\n", at)
            continue
        elif source[at] in "([{":
            depth += 1
        elif source[at] in ")]}":
            depth -= 1
        at += 1
    if depth > 0 or len(quote) == 3 or source.endswith("\\\n"):
        return True
    first = source.split(" ")[0].split(":")[0].strip()
    return (first in _COMPOUND or source[0] == "@") and not source.endswith("\n\n")  # which an empty line ends


def _paragraph():
    """A program pasted by a person, up to Ctrl-D; empty after Ctrl-C."""
    write("\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ")
    text = bytearray()
    while True:
        byte = _byte()
        if byte in (_C, _D):
            write("\r\n")
            return bytes(text).decode() if byte == _D else ""
        text.append(10 if byte == 13 else byte)
        write("\r\n=== " if byte == 13 else chr(byte))


def _typed(prompt):
    """A line of text, or which of the keys that mean something at the start of a line was hit."""
    write(prompt)
    line = bytearray()
    while True:
        byte = _byte()
        if byte in (10, 13):
            write("\r\n")
            return bytes(line).decode()
        if byte == _C:
            write("\r\n")
            return _C
        if byte in (_A, _B, _D, _E):
            if not line:
                return byte
        elif byte in (_BACKSPACE, _DELETE):
            if line:
                line = line[:-1]
                write("\b \b")
        elif byte == _ESCAPE:
            if _byte() in b"[O":  # a cursor key: there is no history here
                while not 64 <= _byte() < 127:
                    pass
        else:
            line.append(byte)
            sys.stdout.buffer.write(bytes((byte,)))


def _byte():
    while not _input.poll(0):
        _chip.idle(-1, 1)
    byte = sys.stdin.buffer.read(1)
    if not byte:
        sys.exit()  # the simulator is gone
    return byte[0]
