"""Notification: who is sent which alarm, from an outbox in the store.

The receiver puts notices into the outbox in the transaction of the alarms themselves (``outbox.put``).  A Sender, in a
thread or a process of its own, takes those that are due and sends them by mail or webhook.
"""
