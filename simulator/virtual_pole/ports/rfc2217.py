"""The server's side of RFC 2217: a serial port over Telnet, with its speed and its modem lines."""

from __future__ import annotations

from simulator.virtual_pole.ports.port import Listener

_IAC, _SB, _SE = 255, 250, 240
_WILL, _WONT, _DO, _DONT = 251, 252, 253, 254
_BINARY, _ECHO, _NO_GO_AHEAD, _COM_PORT = 0, 1, 3, 44
_OURS = frozenset({_BINARY, _NO_GO_AHEAD, _COM_PORT})

_SET_BAUDRATE, _SET_CONTROL, _NOTIFY_MODEMSTATE = 1, 5, 7
_FROM_SERVER = 100  # is added to a command's number in its answer
_DTR_ON, _DTR_OFF, _RTS_ON, _RTS_OFF = 8, 9, 11, 12
_ALL_READY = 0xB0  # clear to send, data set ready, carrier
_INCOMPLETE = -1


class Rfc2217:
    """One connection's Telnet: tells the listener what speed and lines the host sets, and agrees."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._rest = b""  # the beginning of a Telnet command whose end has not come
        self._we = {_BINARY, _NO_GO_AHEAD}  # options that were offered or agreed, for either side
        self._they = {_BINARY, _NO_GO_AHEAD}

    def greeting(self) -> bytes:
        offers = [(_WILL, _BINARY), (_DO, _BINARY), (_WILL, _NO_GO_AHEAD), (_DO, _NO_GO_AHEAD)]
        return b"".join(bytes([_IAC, verb, option]) for verb, option in offers) + self._subnegotiation(
            _FROM_SERVER + _NOTIFY_MODEMSTATE, bytes([_ALL_READY])
        )

    def encode(self, data: bytes) -> bytes:
        return data.replace(b"\xff", b"\xff\xff")

    def decode(self, data: bytes) -> tuple[bytes, bytes]:
        if not self._rest and b"\xff" not in data:
            return data, b""
        data, self._rest = self._rest + data, b""
        line, answers = [], []
        begin = 0
        while True:
            at = data.find(b"\xff", begin)
            if at < 0:
                line.append(data[begin:])
                break
            line.append(data[begin:at])
            begin, literal, answer = self._command(data, at)
            if begin == _INCOMPLETE:
                self._rest = data[at:]
                break
            line.append(literal)
            answers.append(answer)
        return b"".join(line), b"".join(answers)

    def _command(self, data: bytes, at: int) -> tuple[int, bytes, bytes]:
        """The command at *at*: where the bytes after it begin, what it is on the line, and the answer."""
        if len(data) < at + 2:
            return _INCOMPLETE, b"", b""
        verb = data[at + 1]
        if verb == _IAC:
            return at + 2, b"\xff", b""
        if verb in (_WILL, _WONT, _DO, _DONT):
            if len(data) < at + 3:
                return _INCOMPLETE, b"", b""
            return at + 3, b"", self._negotiate(verb, data[at + 2])
        if verb != _SB:
            return at + 2, b"", b""
        end = data.find(bytes([_IAC, _SE]), at + 2)
        while end > 0 and data[at + 2 : end].endswith(b"\xff") and not self._even(data, at + 2, end):
            end = data.find(bytes([_IAC, _SE]), end + 1)  # that was a doubled 255 of the value, and 240 after it
        if end < 0:
            return _INCOMPLETE, b"", b""
        return end + 2, b"", self._configure(data[at + 2 : end].replace(b"\xff\xff", b"\xff"))

    @staticmethod
    def _even(data: bytes, begin: int, end: int) -> bool:
        """Do the bytes before *end* end in an even number of 255?"""
        value = data[begin:end]
        return (len(value) - len(value.rstrip(b"\xff"))) % 2 == 0

    def _negotiate(self, verb: int, option: int) -> bytes:
        side, yes, no = (self._we, _WILL, _WONT) if verb in (_DO, _DONT) else (self._they, _DO, _DONT)
        if verb in (_WONT, _DONT):
            side.discard(option)
            return b""
        if option in side:
            return b""
        if option not in _OURS:
            return bytes([_IAC, no, option])
        side.add(option)
        return bytes([_IAC, yes, option])

    def _configure(self, request: bytes) -> bytes:
        if len(request) < 2 or request[0] != _COM_PORT:
            return b""
        command, value = request[1], request[2:]
        if command == _SET_BAUDRATE and any(value):
            self._listener.host_baud(int.from_bytes(value, "big"))
        elif command == _SET_CONTROL and value:
            control = value[0]
            if control in (_DTR_ON, _DTR_OFF):
                self._listener.lines(dtr=control == _DTR_ON)
            elif control in (_RTS_ON, _RTS_OFF):
                self._listener.lines(rts=control == _RTS_ON)
        elif command == _NOTIFY_MODEMSTATE:
            value = bytes([_ALL_READY])
        return self._subnegotiation(_FROM_SERVER + command, value)

    @staticmethod
    def _subnegotiation(command: int, value: bytes) -> bytes:
        return bytes([_IAC, _SB, _COM_PORT, command]) + value.replace(b"\xff", b"\xff\xff") + bytes([_IAC, _SE])
