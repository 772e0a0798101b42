"""What may be wrong with the settings of the lamp: only needed until it has them."""


def check(clo):
    """What is wrong with the setting lamp.constantLightOutput, a list: at most one sentence, in a list."""
    hours = -1
    for i in range(len(clo)):
        point = clo[i]
        if not (
            isinstance(point, (list, tuple))
            and len(point) == 2
            and type(point[0]) is int
            and type(point[1]) is int
            and hours < point[0] <= 1000000
            and 1 <= point[1] <= 100
        ):
            wanted = "[hours, percent] with more hours than the one before, up to 1000000, and 1 to 100 percent"
            return ["lamp.constantLightOutput[%d] must be %s" % (i, wanted)]
        hours = point[0]
    return []
