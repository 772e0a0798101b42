"""Checks the settings of the lamp and its luminaire: only needed until they are in force."""


def check(clo):
    """Problems of the setting lamp.constantLightOutput, a list: at most one sentence, in a list."""
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


def check_table(points):
    """Problems of the setting luminaire, a list: at most one sentence, in a list."""
    before = [0, 0]
    for i in range(len(points)):
        point = points[i]
        if not (
            isinstance(point, (list, tuple))
            and len(point) == 3
            and all([type(number) is int for number in point])
            and before[0] < point[0] <= 100
            and before[1] <= point[1] <= 5000000
            and point[1] >= 1
            and 1 <= point[2] <= 1000
        ):
            return [
                "luminaire[%d] must be [level, mW, thousandths of power factor]: a higher level than the one before, up"
                " to 100, no less power, 1 to 5000000, and 1 to 1000 thousandths" % i
            ]
        before = list(point)
    if len(points) == 1 or (points and before[0] != 100):
        return ["luminaire must have at least two levels, the last of them 100 percent, or none"]
    return []


def check_technology(given):
    """Problems of the settings lamp.technology and lamp.driver of *given*: a list of sentences."""
    problems = []
    for name, known in (
        ("lamp.technology", ("led", "hps", "mh")),
        ("lamp.driver", ("constantPower", "followsVoltage")),
    ):
        value = given.get(name, known[0])
        if value not in known:
            wanted = ", ".join(known[:-1]) + " or " + known[-1]
            problems.append(name + " is " + repr(value) + " and must be " + wanted)
    return problems
