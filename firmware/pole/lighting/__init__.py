"""What level the lamp has, and why.

Pure: no machine, no sockets, no clock of its own.  Time and readings come in as arguments, decisions go out as values.
"""
