"""The first code on the pole: the lamp to its safe level, then the watchdog, then everything else.

The lamp is safe before this runs, because the board is built so: an idle relay pin leaves the contact closed and an
idle dimmer pin asks for full light.  What is done here keeps it so.
"""

GOLDEN = 1  # the number of what a slot is handed; docs/slots.md has it for good


def boot(vfs="", data="/data", net=None, nonce=None, partition=None, console=None, heap=None):
    """The pole's ports, lamp lit and watchdog armed.  *vfs* and *data* are where the two file systems are mounted.

    Where the app in a slot is to run, ``handed`` is what it is handed (update/hand_over.py), and only the lamp and the
    watchdog are there; else it is None.

    *net*, *nonce* and *console* stand in for the ports of that name, *partition* for the data partition, and *heap* for
    Python's own (drivers/chip/heap.py), where they cannot be the chip's own.

    Raises OSError or ValueError when ``board.json`` cannot be read: the pole has not been flashed properly.
    """
    if not vfs:
        from pole.drivers.flash import program

        program.know_built_in()
        program.read_ahead()
    from pole.drivers import board

    description = board.read(vfs)
    ports = board.light(description)
    board.bound_heap(ports, description, heap)
    board.mount(ports, vfs, data, partition)
    slot, past = _elect(ports)
    if slot:
        folders = ("", "/lib", __file__.rpartition("/")[0])
        given = (net, nonce, partition, console)
        # a tuple, because MicroPython never forgets the name of a field
        ports.handed = (GOLDEN, slot, vfs, data, ports.kept, past, given, folders)
    else:
        board.complete(ports, description, net, nonce, console, slot, past)
    return ports


def take_over(handed):
    """The ports of the app in a slot, which golden hands the chip: *handed* is what ``boot`` makes.

    The lamp is lit and stays lit, the watchdog armed, the heap bound, and the folder of the slot the only one of
    ``sys.path``.  Of the golden on this pole only what docs/slots.md says may be relied upon.
    """
    from pole.drivers import board

    _golden, slot, vfs, data, kept, past, given = handed[:7]
    description = board.read(vfs)
    ports = board.light(description)
    board.keep_heap(ports, kept)
    net, nonce, partition, console = given
    board.mount(ports, vfs, data, partition)
    board.complete(ports, description, net, nonce, console, slot, past)
    return ports


def _elect(ports):
    """(slot that this start runs, "" for golden; the early resets before it, None where they are not counted yet)."""
    past = None
    try:
        if not ports.store.size("app.json"):  # no pole that never had an update loads anything for it
            return "", None
        import machine

        from pole.drivers.chip import identity
        from pole.runtime.transient import unload
        from pole.update.elect import elect

        if machine.reset_cause() == machine.SOFT_RESET:  # a technician's: main.py does not follow
            return "", None
        past = ports.deaths.begin()
        slot, undone = elect(ports.store, identity.reset_cause(ports.failures), past[0], ports.watchdog.feed)
        if undone:  # it has not died yet
            ports.deaths.forget(past[1])
            past = ports.deaths.begin()
        del elect
        unload("pole.update.elect", "pole.update.choice", "pole.update.whole", "pole.update.pointer")
        return slot, past
    except Exception as error:
        print("diya: the app that was flashed runs:", error)
        return "", past


def handed_by(ports):
    """What golden hands the app in a slot that this start runs; None where golden itself runs."""
    return ports.handed


def maintain(ports):
    """Whether this start is a soft reset, which only the REPL makes: main.py does not follow, and the lamp is held."""
    import machine

    if machine.reset_cause() != machine.SOFT_RESET:
        return False
    from pole.drivers.chip import maintenance

    maintenance.begin(ports.watchdog)
    return True


if __name__ == "__main__":
    try:
        ports = boot()  # main.py runs in the same namespace and finds it there
        maintained = maintain(ports)
        handed = handed_by(ports)
    except Exception as error:
        # the lamp is lit by the board alone; the REPL would not try again
        import time

        import machine

        print("diya: flash this pole again, it cannot start:", error)
        time.sleep(60)
        machine.reset()
