"""A contact to ground: the door of the cabinet, or what watches the mains."""


def make(part, _bus):
    """The contact that *part*, a table of the board file, describes."""
    if "present" in part:
        from pole.drivers.sensor.supply import Supply

        return Supply(part["pin"], part["present"])
    from pole.drivers.sensor.inputs import Contact

    return Contact(part["pin"], part["open"])
