"""Authenticates messages to a pole: envelopes, keys and replay protection."""
