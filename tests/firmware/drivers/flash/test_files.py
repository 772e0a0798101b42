"""The data store."""

import os

from pole.drivers.flash.files import Files


class Root:
    """A folder that is gone afterwards."""

    def __enter__(self):
        self.root = "/tmp/diya-files-%d" % id(self)
        os.mkdir(self.root)
        return self.root

    def __exit__(self, *error):
        for name in os.listdir(self.root):
            os.remove(self.root + "/" + name)
        os.rmdir(self.root)


def test_what_is_written_is_read():
    with Root() as root:
        files = Files(root)
        files.write("config.json", b'{"a":1}')
        assert files.read("config.json") == b'{"a":1}'
        files.write("config.json", b"")
        assert Files(root).read("config.json") == b""


def test_no_file_reads_as_none():
    with Root() as root:
        files = Files(root)
        files.write("other", b"x")
        assert files.read("config.json") is None
        assert files.size("config.json") == 0


def test_without_the_folder_nothing_is_read_and_nothing_is_written_elsewhere():
    with Root() as root:
        files = Files(root + "/data")  # where the partition could not be mounted
        assert files.read("config.json") is None
        assert files.names() == []
        assert files.size("config.json") == 0
        files.remove("config.json")
        for write in (files.write, files.append):
            try:
                write("config.json", b"x")
            except OSError:
                pass
            else:
                raise AssertionError("a write to nowhere went unnoticed")
        assert os.listdir(root) == []


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
