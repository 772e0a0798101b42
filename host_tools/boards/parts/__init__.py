"""One file a chip, in the folder of its role: ``TABLES`` has the tables of a board file that it may be the driver of,
and the fields that each has then beside ``driver``; ``MICROPYTHON``, where it is there, is the least version that its
driver needs.  ``tables.py`` finds them by their place.
"""
