"""The first code on the pole: the lamp to its safe level, then the watchdog, then everything else.

The lamp is safe before this runs, because the board is built so: an idle relay pin leaves the contact closed and an
idle dimmer pin asks for full light.  What is done here keeps it so.
"""


def boot(vfs="", data="/data", net=None, nonce=None, partition=None, console=None, heap=None):
    """The pole's ports, lamp lit and watchdog armed.  *vfs* and *data* are where the two file systems are mounted.

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
    board.complete(ports, description, vfs, data, net, nonce, partition, console)
    return ports


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
    except Exception as error:
        # the lamp is lit by the board alone; the REPL would not try again
        import time

        import machine

        print("diya: flash this pole again, it cannot start:", error)
        time.sleep(60)
        machine.reset()
