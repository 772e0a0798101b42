"""Releases of the app in two slots of the data partition: which of them runs, on trial or for good."""
