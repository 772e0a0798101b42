"""A key for tests alone, with which MicroPython signs in a moment: its modulus is a product of many small primes, so
its private exponent is short.  Anybody could find that.
"""

import binascii
import hashlib

_N = (
    "a2721f4e951b7609c93a6393c5c8387d0f8922466fcaf1bcd2e60d225e34b2a919e9eb4f275732a99b2a66bfbdb12c948ff036e44432a1"
    "625f275dc341941ac5809654dedb8c1919628e07a4ed2a12ddc7b0ed0dfe6ea154cae15086792c0a696e11010f8adcf6f94543a8811db2"
    "fb6c1146d08655d4f131fcde1e86463cd69e7fb1d08decba6e786eba1a7e844b2640888fc385d4c3021f9138c208e8d9b51d2e57573ce4"
    "25531b6d1205576d2eb7218572fe36165122306c6b38ce3386962d2a74ca98779d1a03c8e039f860618ac71fa6a95742481d8f618b704c"
    "a727777c3ff7d446fb34a3d9446a915cf00b6785befa23af626ead5dbe0d3bb6f172cb59ce101649bce3881e973cfbd4879c992dd910b9"
    "d432d71931f735e0e6f98d00a8e1392fc12cf49925f92dd61ce948d212baad9834827d589df8670ed6335b938ec909806fa76bd6abc2f7"
    "314ec81b286323511d653723b2288a30d2db7e316ee628065a2aef86567cdf9c5c08e725c56981c95d9e8f1ad2efa4ffd256e6aa6973"
)
_D = 13700721473
_INFO = binascii.unhexlify("3031300d060960864801650304020105000420")
MODULUS = binascii.unhexlify(_N)
_DER = binascii.unhexlify("308201a2300d06092a864886f70d01010105000382018f003082018a0282018100") + MODULUS
PEM = (
    b"-----BEGIN PUBLIC KEY-----\n"
    + binascii.b2a_base64(_DER + b"\x02\x03\x01\x00\x01")
    + b"-----END PUBLIC KEY-----\n"
)


def signed(text):
    """The right signature of *text* (bytes), in base64."""
    block = b"\x00\x01" + b"\xff" * 330 + b"\x00" + _INFO + hashlib.sha256(text).digest()
    number = pow(int.from_bytes(block, "big"), _D, int(_N, 16))
    return binascii.b2a_base64(number.to_bytes(384, "big")).decode().strip()
