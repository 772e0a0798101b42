"""Keys for signatures, as people and poles name them."""

from __future__ import annotations

from host_tools.keys import signing
from pole.update import signer as on_the_pole
from tests.bundles import signer


def test_a_key_has_the_print_that_poles_say_of_theirs() -> None:
    assert signing.print_of(signer().public) == on_the_pole.print_of(signer().modulus)
    assert signing.print_of(b"rubbish") == ""
