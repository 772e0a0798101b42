"""Who may say what to a pole: envelopes, keys and replay protection."""
