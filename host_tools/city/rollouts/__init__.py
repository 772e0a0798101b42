"""Rollouts: changed programmes, brought to the poles in waves by the receiver, which judges and files them itself."""
