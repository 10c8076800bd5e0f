"""An authenticator in software: makes passkeys and signs with them, as WebAuthn says (ES256, no attestation)."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as b64

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


class Authenticator:
    """One passkey, for one origin. `verifies`: whether it asks who holds it; `counter`: how often it signed."""

    def __init__(self, origin: str, *, verifies: bool = True) -> None:
        self.origin = origin
        self.counter = 0
        self._flags = PRESENT | (VERIFIED if verifies else 0)
        self._id = secrets.token_bytes(32)
        self._key = ec.generate_private_key(ec.SECP256R1())

    def registers(self, asked: dict[str, Any]) -> str:
        """What a browser posts after making the passkey."""
        numbers = self._key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self._id).to_bytes(2) + self._id + cbor2.dumps(key)
        made = self._about(asked["rp"]["id"], ATTESTED) + attested
        about = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": made})
        return self._posted({"clientDataJSON": b64(self._client("create", asked)), "attestationObject": b64(about)})

    def signs(self, asked: dict[str, Any]) -> str:
        """What a browser posts after signing the server's question."""
        self.counter += 1
        about, client = self._about(asked["rpId"]), self._client("get", asked)
        signature = self._key.sign(about + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": b64(client), "authenticatorData": b64(about), "signature": b64(signature)}
        return self._posted(response)

    def _about(self, host: str, more: int = 0) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([self._flags | more]) + self.counter.to_bytes(4)

    def _client(self, what: str, asked: dict[str, Any]) -> bytes:
        told = {"type": f"webauthn.{what}", "challenge": asked["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _posted(self, response: dict[str, str]) -> str:
        named = {"id": b64(self._id), "rawId": b64(self._id), "type": "public-key"}
        return json.dumps(named | {"response": response, "clientExtensionResults": {}})
