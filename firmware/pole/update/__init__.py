"""Releases of the app in two slots of the data partition: how one comes, which runs, on trial or for good.

Tests of several modules: `test_download` (from a message to a slot that is staged).
"""
