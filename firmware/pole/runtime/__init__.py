"""What MicroPython and CPython need to run the same app: tasks, transient modules, random numbers."""
