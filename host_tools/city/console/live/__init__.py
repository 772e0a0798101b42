"""What changes, as it changes: one task a process looks at the store four times a second and tells all browsers.

`view.py` is the city as this process knows it, `changes.py` how it is brought up to date, `delta.py` what is told of
that, `hub.py` the task and its clients, `status.py` what each message says of the console's own sources.
"""
