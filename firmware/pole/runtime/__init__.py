"""Runs the same app on MicroPython and CPython: tasks, transient modules, random numbers."""
