"""Uses the data store as a pole does; both runtimes must do the same to the flash, operation by operation.

Not a test by itself: ``test_storage.py`` runs it in this process and in a MicroPython virtual machine.
"""


def run(files):
    """Everything a store can do, many times over."""
    seen = []
    for n in range(150):
        files.write("counters.json", b"[%d,123456,789]" % n)
        files.append(f"j{n // 40}", b"event %d " % n * 20)
        if n % 7 == 0:
            files.write("config.json", b"{%d}" % n * 300)
        if n % 40 == 39:
            files.rename(f"j{n // 40}", "journal.going")
        if n % 50 == 49:
            files.remove("journal.going")
        seen.append(len(files.read("config.json")))
    files.remove("no such file")
    seen += [files.read("no such file"), files.size("no such file"), files.size("j3"), sorted(files.names())]
    with files.open("j3") as file:
        file.seek(100)
        seen.append(list(file.read(20)))
    try:
        files.rename("no such file", "other")
    except OSError as error:
        seen.append(str(error))
    try:
        for n in range(100):
            files.write(f"f{n}", bytes(3000))
    except OSError as error:
        seen += [n, str(error)]
    return seen


if __name__ == "__main__":  # under MicroPython; the arguments are the pipe and a folder to mount at
    import json
    import sys

    from pole.drivers.flash import storage

    partition = storage.Partition(sys.argv[2])
    print(json.dumps([storage.bring_up(partition), run(partition.store)]))
