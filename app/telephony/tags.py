"""Telling the callbacks of a carrier that does not sign from forgeries: a keyed tag at the end of the address.

We hand every such address out ourselves, so only the carrier we gave it to can know its tag. A tag is good for one
address; what is posted there is not covered by it, so the doors take from the form no more than what may happen
to the one page that the address names. Like a signature, a tag carries no time: the doors must be idempotent.
"""

from __future__ import annotations

import hmac
from typing import Final

from app.errors import NotSigned

LENGTH: Final = 32
"""Hex digits: 128 bits, far beyond guessing at a door."""

_MEANT_FOR: Final = b"dygnet callback tag v1|"


class Tags:
    """Makes and checks tags by secrets shared with nobody but the carrier; the first one makes them."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        """Without a secret no address is tagged, and none is let in."""
        self._secrets = tuple(secret.encode() for secret in secrets if secret)

    def tagged(self, path: str) -> str:
        """The path with its tag as the last part. ValueError without a secret."""
        if not self._secrets:
            raise ValueError("there is no secret to tag addresses with")
        return f"{path}/{_tag(self._secrets[0], path)}"

    def insist(self, path: str, tag: str) -> None:
        """Raise NotSigned unless the tag is this path's, by any of the secrets; as fast for a wrong one as a right."""
        claimed = tag.encode()
        if True not in [hmac.compare_digest(_tag(secret, path).encode(), claimed) for secret in self._secrets]:
            raise NotSigned

    def __repr__(self) -> str:
        return "<Tags>"


def _tag(secret: bytes, path: str) -> str:
    return hmac.digest(secret, _MEANT_FOR + path.encode(), "sha256").hex()[:LENGTH]
