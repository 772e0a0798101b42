"""The data store."""

import os

from pole.drivers.files import Files


class Root:
    """A folder that does not exist yet and is gone afterwards."""

    def __enter__(self):
        self.top = "/tmp/diya-files-%d" % id(self)
        self.root = self.top + "/pole/data"
        return self.root

    def __exit__(self, *error):
        for folder in (self.root, self.top + "/pole", self.top):
            try:
                for name in os.listdir(folder):
                    try:
                        os.remove(folder + "/" + name)
                    except OSError:
                        pass
                os.rmdir(folder)
            except OSError:
                pass


def test_what_is_written_is_read():
    with Root() as root:
        files = Files(root)
        files.write("config.json", b'{"a":1}')
        assert files.read("config.json") == b'{"a":1}'
        files.write("config.json", b"")
        assert Files(root).read("config.json") == b""


def test_no_file_and_no_folder_read_as_none():
    with Root() as root:
        files = Files(root)
        assert files.read("config.json") is None
        files.write("other", b"x")
        assert files.read("config.json") is None


def test_a_removed_file_is_gone_and_removing_it_again_is_harmless():
    with Root() as root:
        files = Files(root)
        files.write("config.json", b"x")
        files.remove("config.json")
        assert files.read("config.json") is None
        files.remove("config.json")


def test_nothing_but_the_file_is_left_behind():
    with Root() as root:
        files = Files(root)
        for n in range(3):
            files.write("counters.json", b"%d" % n)
        assert os.listdir(root) == ["counters.json"]


def test_a_write_cut_short_leaves_the_old_content():
    with Root() as root:
        files = Files(root)
        files.write("config.json", b"old")
        with open(root + "/config.json.new", "wb") as file:
            file.write(b"ha")  # a power cut left half of the new one
        assert files.read("config.json") == b"old"
        files.write("config.json", b"new")
        assert files.read("config.json") == b"new"


def test_a_write_that_fails_leaves_the_old_content_and_says_so():
    with Root() as root:
        files = Files(root)
        files.write("config.json", b"old")
        os.mkdir(root + "/config.json.new")  # nothing can be written there
        try:
            files.write("config.json", b"new")
        except OSError:
            pass
        else:
            raise AssertionError("a failed write went unnoticed")
        finally:
            os.rmdir(root + "/config.json.new")
        assert files.read("config.json") == b"old"
