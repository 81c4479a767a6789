"""A signature that others can check: an anonymous one of "WACZ Signing and Verification" 0.1.0.

The text that is signed is the hash as it stands in `datapackage-digest.json`, with its `sha256:`.
The paper leaves curve and form open. wabac.js 2.27, by which replayweb.page shows signatures, takes
P-384 alone, the key as DER, and the two numbers of a signature one behind the other: so do we.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from schema.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

NUMBER_BYTES = 48
"""The length of each of the two numbers of a signature on P-384."""
_HOW = "`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out FILE` makes one"


def read_key(path: Path) -> EllipticCurvePrivateKey:
    """The private key of a PEM file.

    Raises: UsageError when it cannot be read, needs a password or is on another curve.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise UsageError(what=f"{path}: cannot be read: {error.strerror}") from error
    except TypeError as error:  # what the library says of a key that is locked by a password
        raise UsageError(what=f"{path}: a key with a password is not read; {_HOW}") from error
    except ValueError as error:
        raise UsageError(what=f"{path}: no private key in PEM; {_HOW}") from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP384R1):
        raise UsageError(what=f"{path}: no key of ECDSA on the curve P-384; {_HOW}")
    return key


def signed(
    text: str, key: EllipticCurvePrivateKey, *, created: str, software: str
) -> dict[str, str]:
    """What `signedData` says of a hash; the same key and hash give the same."""
    from cryptography.hazmat.primitives.asymmetric import utils
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    found = key.sign(text.encode(), ECDSA(SHA256(), deterministic_signing=True))
    numbers = utils.decode_dss_signature(found)
    signature = b"".join(number.to_bytes(NUMBER_BYTES, "big") for number in numbers)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "hash": text,
        "created": created,
        "software": software,
        "version": "0.1.0",
        "signature": base64.b64encode(signature).decode(),
        "publicKey": base64.b64encode(public).decode(),
    }
