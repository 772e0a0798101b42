"""The codes of six digits that a telephone shows (TOTP, RFC 6238), and the picture by which it learns to."""

from __future__ import annotations

import io

import pyotp
import segno
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store.console_tables import user as users

STEP_S = 30
EARLY, LATE = 1, 1  # steps by which a telephone's clock, and a person who types, may be beside ours


def new_secret() -> str:
    """A secret of 160 bits."""
    return pyotp.random_base32()


def uri(secret: str, name: str, title: str) -> str:
    """What an authenticator app is given."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=f"Diya {title}")


def picture(text: str) -> bytes:
    """*text* as a QR code, an SVG on white ground with the quiet zone that readers need."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False)
    return out.getvalue()


def step_of(secret: str, code: str, wall: int) -> int | None:
    """The step of time that *code* is of; None where it is wrong, or of another time than *wall* (Unix s)."""
    totp, now = pyotp.TOTP(secret), wall // STEP_S
    digits = "".join(code.split())[:12]
    steps = range(now + EARLY, now - LATE - 1, -1)
    return next((each for each in steps if pyotp.utils.strings_equal(totp.generate_otp(each), digits)), None)


def use(connection: Connection, user: int, step: int) -> bool:
    """Whether a code of *step* may count for *user*: each does once, and none that is older than one that did."""
    newer = sa.update(users).where(users.c.id == user, users.c.totp_step < step).values(totp_step=step)
    return connection.execute(newer.returning(users.c.id)).first() is not None
