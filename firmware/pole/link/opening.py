"""The module that opens a session, loaded for the moment in which it is needed."""

from pole.runtime.transient import unload

OPENING = ("pole.link.connect",)


def with_connect(work):
    """What *work* returns, called with the module ``connect``."""
    try:
        from pole.link import connect

        return work(connect)
    finally:
        unload(*OPENING)
