"""TLS of a pole under CPython: this process's OpenSSL over the pole's own stream, in its chip's time.

Like the pole's mbedTLS it uses TLS 1.2, and a certificate must be valid by the chip's own clock.
"""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path
from typing import Any, Protocol

Secure = tuple[str, bytes, bytes | None, bytes | None]  # server name, CA, own certificate, its key

_NO_CHECK_TIME = 0x200000  # OpenSSL's X509_V_FLAG_NO_CHECK_TIME: it would use the computer's clock
_CHUNK = 4096


class Stream(Protocol):
    """The stream below TLS."""

    async def readinto(self, buffer: bytearray) -> int: ...

    def write(self, data: Any) -> None: ...

    def flush(self) -> bool: ...

    async def drain(self) -> None: ...

    def close(self) -> None: ...


class CpythonTls:
    """A stream over TLS over *stream*.  ``handshake`` comes first.

    Raises OSError for files that hold no certificates.
    """

    def __init__(self, stream: Stream, secure: Secure) -> None:
        name, ca, certificate, key = secure
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
        context.load_verify_locations(cadata=ca.decode("ascii", "replace"))
        if certificate and key:
            with tempfile.TemporaryDirectory(prefix="diya-") as folder:  # OpenSSL reads these from files only
                file = Path(folder) / "pole.pem"
                file.write_bytes(certificate + b"\n" + key)
                context.load_cert_chain(file)
        self._stream = stream
        self._context = context
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._buffer = bytearray(_CHUNK)

    async def handshake(self, unix: int) -> None:
        """Returns when the handshake is done, and the certificate valid at *unix* (Unix s).  Raises OSError."""
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._flush()
                await self._fill()
            except ssl.SSLCertVerificationError as error:
                await self._flush()  # the alert
                raise OSError(error.verify_message) from None
        await self._flush()
        shown: Any = self._tls.getpeercert()
        issuers: list[Any] = [one for one in self._context.get_ca_certs() if one["subject"] == shown["issuer"]]
        for one in (shown, *issuers):
            if unix < ssl.cert_time_to_seconds(one["notBefore"]):
                raise OSError("certificate is not yet valid")
            if unix > ssl.cert_time_to_seconds(one["notAfter"]):
                raise OSError("certificate has expired")

    async def readinto(self, buffer: Any) -> int:
        while True:
            try:
                return self._tls.read(len(buffer), buffer)  # type: ignore[return-value]  # how many, with a buffer
            except ssl.SSLWantReadError:
                await self._flush()
                await self._fill()
            except ssl.SSLZeroReturnError:
                return 0

    async def _fill(self) -> None:
        count = await self._stream.readinto(self._buffer)
        if count:
            self._incoming.write(bytes(self._buffer[:count]))
        else:
            self._incoming.write_eof()

    async def _flush(self) -> None:
        if self._outgoing.pending:
            self._stream.write(self._outgoing.read())
            await self._stream.drain()

    def write(self, data: Any) -> None:
        self._tls.write(data)
        self._stream.write(self._outgoing.read())

    def flush(self) -> bool:
        return self._stream.flush()

    async def drain(self) -> None:
        await self._stream.drain()

    def close(self) -> None:
        self._stream.close()
