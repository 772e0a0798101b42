"""Commands to poles, and the acks that come back."""
