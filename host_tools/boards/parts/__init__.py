"""One file a chip, in the folder of its role: ``TABLES`` has the tables of a board file that it may be the driver of,
and the fields that each has then beside ``driver``.  Where they are there, ``MICROPYTHON`` is the least version that
its driver needs, and ``problems(part)`` says what is wrong with a table as a whole: each sentence begins with a field.
``tables.py`` finds them by their place.
"""
