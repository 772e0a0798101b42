"""Interfaces to control gear."""
