"""A key pair for tests alone: 3072 bits, e = 65537."""

import hashlib

_N = (
    "c6a357633df09ae6a52ffc6cd485d2616a7054ed1f3feece967817d21f5483854501d43e5272d132dbdad6d6b01b697df8a1a151124cfb"
    "9ed49860d251215d801b33f078cf74f7e9252a33acb18d98292be451b856cd627e10b37c1a7adc45694a5356ac0b4d934a99b447e29e0c"
    "b5e8a42727d968b28fc7e7d90097db09f2befbd8126cf7239e5d82c5e9d89daa0ef512e4f4b633a0b68987f735b6047e638dda053a0d0a"
    "52997a298df554e677152e6ae18406f230f5323ac8a65358fde0362e8aab94d75c723dee8467583e7c5bb2909b46e13682f05c28abc3b8"
    "dab38cd687a8f392e56ff286121f0e9eda8f1b565a1282b3ae1ce41a603be9efb48664abc784afd6f4e41771893841c527089ed3c4028c"
    "a5d3018c24575e76b483a44faad06804ff70cfb7f6f257a62f6910a1f998d569bf9a278dc26c89b8c59c250a09c54ba9f20f434c8f0f88"
    "c3561bbb147028cea041ec6d7771d8f42ca92ae515a72e4062cca677a518d90a6fb34de83c36d41d8508fd7048c8028efea6e2cb87b5"
)
_D = (
    "2a318e217d89bb4d9cef197e8092408302da03a02ed024c8eb3b6d4bebedc6d62b375d3f33c241dfbcc5ba76f6078c9bfe914eb3eae041"
    "5e96a81b80f14cd6109d36a630f3585444c8e932facee855d70104c9bb0f6d272bc21e6e112de1d638ac5a118210109565f64a4e2ebc05"
    "d52a2a9c4aa1aad4ab27fa7ea4da9ce37b15c867385abf1068d6522dfa2352324a65127361ebc601b0647c662d999150cb92d929dd0fe2"
    "0e739d78703819a5aecbe8053a0c1271a5a69fd9cebf4ddb0c6a70980648a00c3117f9d1944626744cf7bb5e1f306b08d4189c62b6608c"
    "4d0fbf914e03a0fcb73098f17dcd187fecd59556339eb4dab4c7d2aa6cf98f90c9906049796d872e9333470c1cf27a1b2d1889cb9e3e9a"
    "6a319b6f803c8d34e7bfcc280a2a142c3e2b7046174359e32ef225166c9b786d50098aed9d832959e853748f915f45b5ccf3e26f9b7f0b"
    "ed63e9f1599903ea8732f56fdc8625724a17d9c2d942196e88cd8274138b4b972eb154dba9d84c4d2d9dfa3053820381cfee716e1921"
)
MODULUS = int(_N, 16)
PRIVATE = int(_D, 16)
KEY = MODULUS.to_bytes(384, "big")
PEM = b"""\
-----BEGIN PUBLIC KEY-----
MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEAxqNXYz3wmualL/xs1IXS
YWpwVO0fP+7OlngX0h9Ug4VFAdQ+UnLRMtva1tawG2l9+KGhURJM+57UmGDSUSFd
gBsz8HjPdPfpJSozrLGNmCkr5FG4Vs1ifhCzfBp63EVpSlNWrAtNk0qZtEfingy1
6KQnJ9loso/H59kAl9sJ8r772BJs9yOeXYLF6didqg71EuT0tjOgtomH9zW2BH5j
jdoFOg0KUpl6KY31VOZ3FS5q4YQG8jD1MjrIplNY/eA2LoqrlNdccj3uhGdYPnxb
spCbRuE2gvBcKKvDuNqzjNaHqPOS5W/yhhIfDp7ajxtWWhKCs64c5BpgO+nvtIZk
q8eEr9b05BdxiThBxScIntPEAoyl0wGMJFdedrSDpE+q0GgE/3DPt/byV6YvaRCh
+ZjVab+aJ43CbIm4xZwlCgnFS6nyD0NMjw+Iw1YbuxRwKM6gQextd3HY9CypKuUV
py5AYsymd6UY2Qpvs03oPDbUHYUI/XBIyAKO/qbiy4e1AgMBAAE=
-----END PUBLIC KEY-----
"""
INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"  # SHA-256


def block(digest_info):
    """The block that is right for *digest_info*: DigestInfo with the hash in it."""
    return b"\x00\x01" + b"\xff" * (381 - len(digest_info)) + b"\x00" + digest_info


def raw(encoded):
    """The signature whose block is *encoded*, whatever that is; below the modulus."""
    return pow(int.from_bytes(encoded, "big"), PRIVATE, MODULUS).to_bytes(384, "big")


def signed(text):
    """The right signature of *text*."""
    return raw(block(INFO + hashlib.sha256(text).digest()))
