"""A pole as an update sees it, with a broker that retains pieces, for tests on both runtimes."""

import binascii
import errno
import hashlib
import json

from pole.security import envelope
from pole.update.updating import Updating
from pole.wire import contract

try:
    from tests.firmware.mortal_store import PowerCut
    from tests.firmware.update import short_key
except ImportError:  # on MicroPython, which has this folder on its path
    import short_key
    from mortal_store import PowerCut

NOW = 1795500000
SERIAL = NOW * 1000
OWN = "0123456789abcdef" * 4
SHARED = "fedcba9876543210" * 4
TOPIC = "diya/1/sagar/P0001/update"
PIECE = 1024


class Reading:
    """An open file."""

    def __init__(self, data):
        self._data = data
        self._at = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        pass

    def seek(self, at):
        self._at = at

    def read(self, n):
        out = self._data[self._at : self._at + n]
        self._at += len(out)
        return out


class Store:
    """Files with folders in memory.  ``left``: operations until the power is cut, None for never; ``done``: those there
    were; ``blocks``: those that are free; ``breaks``: OSError of the next operations that write.
    """

    def __init__(self, files=()):
        self.files = dict(files)
        self.left = None
        self.done = 0
        self.blocks = 250
        self.breaks = []
        self.wrong = {}  # path: how often it is read with another first byte

    def read(self, name):
        return self.files.get(name)

    def open(self, name):
        if name not in self.files:
            raise OSError(errno.ENOENT)
        data = self.files[name]
        if self.wrong.get(name):
            data = b"\xff" + data[1:]
            if self.wrong[name] < 100:
                self.wrong[name] -= 1
        return Reading(data)

    def names(self, folder=""):
        head = folder + "/" if folder else ""
        rest = [name[len(head) :] for name in self.files if name.startswith(head)]
        return list({name.split("/")[0] for name in rest})

    def size(self, name):
        return len(self.files.get(name, b""))

    def free(self):
        return self.blocks

    def folder(self, name):
        self._step()

    def write(self, name, data):
        self._step()
        self.files[name + ".new"] = bytes(data)
        self.rename(name + ".new", name)

    def append(self, name, data):
        self._step()
        self.files[name] = self.files.get(name, b"") + bytes(data)

    def rename(self, name, other):
        if name not in self.files:
            raise OSError(errno.ENOENT)
        self._step()
        self.files[other] = self.files.pop(name)

    def remove(self, name):
        if name in self.files:
            self._step()
            self.files.pop(name)

    def _step(self):
        if self.breaks:
            raise OSError(self.breaks.pop(0))
        if self.left == 0:
            raise PowerCut
        if self.left is not None:
            self.left -= 1
        self.done += 1


class _Made:
    """Any object."""

    def __init__(self, **fields):
        for name in fields:
            setattr(self, name, fields[name])


class Marks:
    """NVS."""

    def __init__(self):
        self.numbers = {}

    def get(self, key):
        return self.numbers.get(key)

    def put(self, n, key):
        self.numbers[key] = n


class Session:
    def __init__(self):
        self.online = True
        self.asked = ""
        self.topics = []  # all that was asked for

    def ask(self, topic):
        self.asked = topic
        if topic:
            self.topics.append(topic)


class Pole:
    """``parts`` of app.py, as far as an update has to do with it: *store* is its flash, *broker* {topic: payload}."""

    def __init__(self, store, broker, golden=(), slot="", firmware="0.1.0", marks=None, keys=None):
        self.session = Session()
        self.inbox = _Made(announce=False)
        self.lamp = _Made(arrived=True)
        self.outbox = _Made(room=lambda: True)
        self.addresses = _Made(light_due=None)
        self.commanding = _Made(nonce="")
        identity = {"firmware": firmware, "app": {"key": ""}}
        self.reporter = _Made(identity=identity, ack=lambda now, fields: self.acks.append(fields))
        self.acks = []
        factory = Store(golden)
        factory.files["update.pem"] = short_key.PEM
        self.ports = _Made(store=store, factory=factory, high_water=marks or Marks(), slot=slot, board="esp32-devkitc")
        self.settings = {"site": "sagar", "pole": "P0001", "link.root": "diya/1", "keys": keys or {"P0001": OWN}}
        self.broker = broker
        self.ticks = 0
        self.updating = Updating(store.size("update.json") > 0, 0)

    def make_room(self):
        pass

    def hear(self, payload, topic=TOPIC):
        """Judges a message; the ack, None where there is none."""
        from pole.commands.messages import _update

        return _update(self, (topic, payload), NOW)[0]

    def run(self, most=3000):
        """Lives until the update is over, or for *most* steps; how many there were."""
        for step in range(most):
            if not self.updating.active:
                return step
            self.ticks = (self.ticks + self.updating.due(self, NOW, self.ticks)) & 0x3FFFFFFF
            topic = self.session.asked
            if topic in self.broker:
                self.updating.take(self, self.broker[topic], self.ticks)
        return most


def digest(data):
    return binascii.hexlify(hashlib.sha256(data).digest()).decode()


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def difference(base, new):
    """A difference of *new* from *base*: what they have in common at both ends, and what is between."""
    most = min(len(base), len(new))
    head = 0
    while head < most and base[head] == new[head]:
        head += 1
    tail = 0
    while tail < most - head and base[-1 - tail] == new[-1 - tail]:
        tail += 1
    out = b""
    if head:
        out += varint(head << 1) + varint(0)
    middle = new[head : len(new) - tail]
    if middle:
        out += varint(len(middle) << 1 | 1) + middle
    if tail:
        away = len(base) - tail - head
        out += varint(tail << 1) + varint(away << 1)
    return out


class Package:
    """The app *files* in pieces, with differences from *base*; ``content`` is its hash."""

    def __init__(self, files, base=()):
        base = dict(base)
        self.files = files
        pieces = 1
        while True:
            lines, bodies, at = [], [], pieces
            for path in sorted(files):
                data = files[path]
                line = "%s %d %s %d" % (path, len(data), digest(data), at)
                bodies.append(data)
                at += -(-len(data) // PIECE)
                if path in base and base[path] != data:
                    change = difference(base[path], data)
                    line += " delta %s %d %d" % (digest(base[path])[:16], len(change), at)
                    bodies.append(change)
                    at += -(-len(change) // PIECE)
                lines.append(line + "\n")
            self.list = "".join(lines).encode()
            if -(-len(self.list) // PIECE) == pieces:
                break
            pieces = -(-len(self.list) // PIECE)
        self.pieces = []
        for body in [self.list] + bodies:
            self.pieces += [body[place : place + PIECE] for place in range(0, len(body), PIECE)]
        self.content = digest(self.list)

    def broker(self):
        head = "diya/1/sagar/_update/" + self.content[:16] + "/"
        return {head + str(number): self.pieces[number] for number in range(len(self.pieces))}

    def manifest(self, **changes):
        """The text that is signed."""
        said = {
            "board": "esp32-devkitc", "bytes": sum([len(data) for data in self.files.values()]),
            "content": self.content, "downgrade": False, "golden": 1, "kind": "app", "list": len(self.list), "mpy": 6,
            "serial": SERIAL, "site": "sagar", "v": 1, "version": "0.2.0", "window": 600,
        }  # fmt: skip
        for name in changes:
            if changes[name] == "absent":
                del said[name]
            else:
                said[name] = changes[name]
        return json.dumps(said)


def order(manifest, spread=0, signature=None):
    """The body of a message."""
    signature = signature if signature is not None else short_key.signed(manifest.encode())
    return json.dumps({"manifest": manifest, "signature": signature, "spread": spread})


def sealed(body, key="P0001", secret=OWN, n=SERIAL, topic=TOPIC):
    """The message."""
    values = {"v": 1, "key": key, "sender": "iccc", "n": n, "body": body}
    values["mac"] = envelope.mac(secret, topic, key, "iccc", n, body)
    return contract.text_of(values).encode()


def app(change=b""):
    """Files of an app, one of them larger than a piece."""
    files = {"m%d.mpy" % number: bytes([number + 1]) * (300 + 400 * number) for number in range(3)}
    files["lib/app.mpy"] = bytes(range(256)) * 11 + change + bytes(range(255, -1, -1)) * 2
    return files
