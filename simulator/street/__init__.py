"""A street: its poles, each a virtual chip that runs the firmware, and a record of the broker's messages.

Tests of whole streets: `test_street_*`, one file a subject.
"""
