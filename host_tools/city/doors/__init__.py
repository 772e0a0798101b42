"""Doors: how other systems of the city reach the lights, each within the bounds of its token.

A module a door (traffic, incidents, cap..., election): what the other system sends as a msgspec Struct or a value, and
what that comes to.  All command lights by the same orders as a person (city/commands); TALQ's gateway will be one more.

Tests of several modules: `test_cap` (an alert's whole way), `test_desk` (the desk's pages), `test_outages` (what we
send), `test_api` (their OpenAPI), `test_page_of_doors` (docs/doors.md), `test_page_of_open_doors`
(docs/doors-open.md), `test_cap_asked` (an alert that waits for a person), `test_iccc_evening` (all of them in one
evening, docs/iccc.md).
"""
