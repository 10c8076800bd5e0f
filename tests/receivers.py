"""Somebody else's servers on loopback, which take what is posted to them and keep it: a webhook, a push service.

The browser's side of web push stands here too, written from RFC 8291 and RFC 8188 without a look at ours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


@dataclass(frozen=True)
class Taken:
    """One POST."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Receiver(http.server.ThreadingHTTPServer):
    """Answers every POST with `answers`, or for one path with another status."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.taken: list[Taken] = []
        self.answers, self.elsewhere = 201, dict[str, int]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Taker(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.taken.append(Taken(self.path, dict(self.headers), body))
        self.send_response(self.server.elsewhere.get(self.path, self.server.answers))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Says nothing."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A server that takes what is posted, for as long as it is looked at."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Browser:
    """A browser that has subscribed at a push service; it alone can read what is pushed to it."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def point(self) -> bytes:
        form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        return self.key.public_key().public_bytes(*form)

    @property
    def subscription(self) -> dict[str, str]:
        """What its page is given, as base64url."""
        return {"endpoint": self.endpoint, "p256dh": _text(self.point), "auth": _text(self.auth)}

    def read(self, body: bytes) -> dict[str, Any]:
        """The JSON that was pushed."""
        return json.loads(self.decrypted(body))

    def decrypted(self, body: bytes) -> bytes:
        """RFC 8188, section 2.1, with the keys of RFC 8291, section 3.4."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        first = hmac.digest(self.auth, self.key.exchange(ec.ECDH(), theirs), "sha256")
        material = hmac.digest(first, b"WebPush: info\0" + self.point + sender + b"\1", "sha256")
        second = hmac.digest(salt, material, "sha256")
        key = hmac.digest(second, b"Content-Encoding: aes128gcm\0\1", "sha256")[:16]
        nonce = hmac.digest(second, b"Content-Encoding: nonce\0\1", "sha256")[:12]
        plain, mark, _ = AESGCM(key).decrypt(nonce, sealed, None).rpartition(b"\2")
        assert mark
        return plain


def is_signed(taken: Taken, secret: str, *, now: float) -> bool:
    """What docs/run-it.md tells a receiver of webhooks to check."""
    parts = dict(part.split("=", 1) for part in taken.headers["Dygnet-Signature"].split(","))
    expected = hmac.new(secret.encode(), parts["t"].encode() + b"." + taken.body, hashlib.sha256).hexdigest()
    return abs(now - int(parts["t"])) < 300 and hmac.compare_digest(expected, parts["v1"])


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
