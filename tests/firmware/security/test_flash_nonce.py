"""The nonce of the flashing: new with a new node, the same over every start, and lost only with both of its places."""

from pole.security.flash_nonce import flash_nonce


class Store:
    def __init__(self):
        self.files = {}
        self.unreadable = self.refuses = False

    def read(self, name):
        return None if self.unreadable else self.files.get(name)

    def names(self):
        return list(self.files)

    def write(self, name, data):
        if self.refuses:
            raise OSError(28)
        self.files[name] = data


class Nvs:
    def __init__(self):
        self.numbers = {}

    def get(self, key):
        return self.numbers.get(key)

    def put(self, n, key):
        self.numbers[key] = n


class Random:
    count = 0

    def __call__(self, n):
        Random.count += 1
        return bytes([0, Random.count] + [7] * (n - 2))


random = Random()


def test_it_is_made_once_and_stays_whichever_of_its_places_is_lost():
    store, nvs = Store(), Nvs()
    nonce = flash_nonce(store, nvs, random)
    assert len(nonce) == 16 and nonce[:2] == "00" and int(nonce, 16) == nvs.numbers["flashNonce"]
    assert flash_nonce(store, nvs, random) == nonce
    assert flash_nonce(Store(), nvs, random) == nonce  # `data` was formatted
    other = Nvs()
    assert flash_nonce(store, other, random) == nonce and other.numbers == nvs.numbers  # NVS was erased
    store.files["flash.nonce"] = b"\xff" * 16
    assert flash_nonce(store, nvs, random) == nonce and store.files["flash.nonce"] == nonce.encode()


def test_a_node_with_both_places_empty_has_another():
    assert flash_nonce(Store(), Nvs(), random) != flash_nonce(Store(), Nvs(), random)


def test_one_start_that_can_read_neither_overwrites_nothing():
    store, nvs = Store(), Nvs()
    nonce = flash_nonce(store, nvs, random)
    store.unreadable = True
    blind = Nvs()
    assert flash_nonce(store, blind, random) not in ("", nonce)
    assert blind.numbers == {}
    store.unreadable = False
    assert flash_nonce(store, nvs, random) == nonce


def test_a_flash_that_takes_nothing_has_one_for_this_life():
    store = Store()
    store.refuses = True
    assert len(flash_nonce(store, Nvs(), random)) == 16
