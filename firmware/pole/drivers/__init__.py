"""Drivers of chips and ports: each is a small class that takes its part of the board file.

Only this folder, ``boot.py`` and ``main.py`` import ``machine`` and ``network``.  A chip that does not answer is
reported to the caller as a value (None or False) and never as an exception: a broken sensor may not darken a street.
"""
