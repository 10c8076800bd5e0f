"""Telling the carrier's requests from forgeries: Twilio's signature, checked by our own few lines.

The signature is HMAC-SHA1, keyed by the account's token, of the address Twilio was told to request and the
form's names and values in order. The address is put together from the configured origin and the raw path and
query: Host and forwarded headers are an attacker's to choose. Twilio signs with or without the port, so both
are tried. Anything that is not a well-formed, signed request is `NotSigned`, whatever is wrong with it.

A signature carries no time: a captured request can be sent again, and the doors must be idempotent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from app.errors import Misconfigured, NotSigned

MAX_BODY: Final = 64 * 1024
"""Bytes; no webhook of ours is near it. A door may stop reading here."""

_MAX_FIELDS: Final = 300
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_NO_ORIGIN: Final = "PUBLIC_URL must be an origin such as https://line.example.org, without a path."
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Form(Mapping[str, str]):
    """A verified request's fields: the first value of each name, blanks kept. Shows names, never values."""

    def __init__(self, fields: Iterable[tuple[str, str]], raw: bytes = b"") -> None:
        """`raw` is the verified body, for a JSON request, which has no fields."""
        self._values: dict[str, list[str]] = {}
        for name, value in fields:
            self._values.setdefault(name, []).append(value)
        self.raw = raw

    def every(self, name: str) -> list[str]:
        """All values of a repeated name, in the order sent."""
        return list(self._values.get(name, ()))

    def __getitem__(self, name: str) -> str:
        return self._values[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Form {' '.join(self)}>"


class Signatures:
    """Checks requests to one public origin, by any of the tokens (two while one replaces the other)."""

    def __init__(self, public_url: str, tokens: tuple[str, ...]) -> None:
        """`public_url` is the exact origin of PUBLIC_URL: scheme and host, and the port where it has one."""
        if not tokens or not all(tokens):
            raise Misconfigured("TWILIO_AUTH_TOKEN is missing: no request of the carrier could be verified.")
        self._origins = _origins(public_url)
        self._tokens = tuple(token.encode() for token in tokens)

    def verified_form(
        self, raw_path: bytes, raw_query: bytes, content_type: str | None, body: bytes, signature: str | None
    ) -> Form:
        """The request's form, once it is proven to be the carrier's; NotSigned otherwise.

        `raw_path` and `raw_query` as they stood on the request line, `signature` from `X-Twilio-Signature`.
        """
        try:
            address = (raw_path + b"?" + raw_query if raw_query else raw_path).decode("ascii")
            claimed = (signature or "").encode("ascii")
            fields = _fields(content_type, body)
            _insist_on_the_bodys_hash(raw_query.decode("ascii"), body, required=_media_type(content_type) == _JSON)
        except ValueError:
            raise NotSigned from None
        if not self._signed(address, fields, claimed):
            raise NotSigned
        return Form(fields, raw=body)

    def _signed(self, address: str, fields: list[tuple[str, str]], claimed: bytes) -> bool:
        said = _in_order(fields)
        genuine = (_signature(token, origin + address + said) for origin in self._origins for token in self._tokens)
        return any(hmac.compare_digest(each, claimed) for each in genuine)

    def __repr__(self) -> str:
        return f"<Signatures for {self._origins[0]}>"


def signature_of(token: bytes, url: str, fields: Iterable[tuple[str, str]] = ()) -> bytes:
    """Twilio's signature: the address, then each different name and value in order, under HMAC-SHA1, in base64."""
    return _signature(token, url + _in_order(fields))


def _in_order(fields: Iterable[tuple[str, str]]) -> str:
    return "".join(name + value for name, value in sorted(set(fields)))


def _signature(token: bytes, signed: str) -> bytes:
    return base64.b64encode(hmac.digest(token, signed.encode(), "sha1"))


def _fields(content_type: str | None, body: bytes) -> list[tuple[str, str]]:
    """The form's fields; none for JSON. ValueError when the body is too large or not what it says it is."""
    if len(body) > MAX_BODY:
        raise ValueError("too large")
    if _media_type(content_type) == _JSON:
        return []
    if _media_type(content_type) != _FORM:
        raise ValueError("neither a form nor JSON")
    return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)


def _insist_on_the_bodys_hash(query: str, body: bytes, *, required: bool) -> None:
    """A JSON body is signed by its hash in the query; wherever a hash is given, it must be the body's."""
    hashes = [value for name, value in parse_qsl(query, keep_blank_values=True) if name == "bodySHA256"]
    if not hashes and not required:
        return
    if len(hashes) != 1 or not hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), hashes[0].encode()):
        raise ValueError("not this body's hash")


def _media_type(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _origins(public_url: str) -> tuple[str, str]:
    """The origin without and with its port."""
    try:
        parts = urlsplit(public_url.rstrip("/"))
        port = parts.port
    except ValueError:
        raise Misconfigured(_NO_ORIGIN) from None
    bare = parts.scheme in _DEFAULT_PORTS and parts.hostname and "@" not in parts.netloc
    if not bare or parts.geturl() != f"{parts.scheme}://{parts.netloc}":
        raise Misconfigured(_NO_ORIGIN)
    host = parts.netloc.rpartition(":")[0] if port else parts.netloc
    return f"{parts.scheme}://{host}", f"{parts.scheme}://{host}:{port or _DEFAULT_PORTS[parts.scheme]}"
