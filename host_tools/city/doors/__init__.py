"""Doors: how other systems of the city reach the lights, each within the bounds of its token.

A module a door (traffic, incidents, cap..., election): what the other system sends as a msgspec Struct or a value, and
what that comes to.  All command lights by the same orders as a person (city/commands); TALQ's gateway will be one more.
"""
