"""Complaints of citizens: written by a door or the public page, answered with the lamp's evidence, closed by proof.

A complaint raises an alarm, or joins one.  It never moves a light.
"""
