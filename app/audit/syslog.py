"""An entry as a syslog message (RFC 5424), framed for TLS by octet counting (RFC 5425 section 4.3).

The message is the entry's OCSF event in UTF-8, with the leaf that proves it; MSGID is the kind of deed.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from app.audit import views
from app.audit.log import rfc3339
from app.audit.trees import Leaf

FACILITY: Final = 13
"""`log audit` (RFC 5424 section 6.2.1)."""

LONGEST: Final = 8192
"""Octets of a message. What is longer a receiver may cut, or refuse with what follows it (RFC 5425 section 4.3.1)."""

_INFORMATIONAL, _WARNING, _ERROR = 6, 4, 3
_BOM: Final = b"\xef\xbb\xbf"
_NIL: Final = "-"
_LONGEST_ID: Final = 32
_HEADER: Final = 400
"""Octets enough for a header: a host's name is no longer than 255."""


def message(body: bytes, leaf: Leaf, leaf_hash: str, *, host: str, at: datetime) -> bytes:
    """The entry as a message from `host`, and its leaf. One that cannot be read any more is told of as such, as of
    `at`; of one that is longer than a receiver must take, what it is and which leaf holds it."""
    try:
        entry: dict[str, Any] = json.loads(body)
        said, moment, kind = views.ocsf(entry, leaf.number, leaf_hash).rstrip("\n"), entry["at"], entry["action"]
        said = f'{said[:-1]},"leaf_year":{json.dumps(leaf.year)}}}'
        severity = _INFORMATIONAL if views.succeeded(entry) else _WARNING
        if len(said.encode()) > LONGEST - _HEADER:
            said = json.dumps({"too_long": len(body), "action": kind[:_LONGEST_ID], **_leaf(leaf, leaf_hash)})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        said = json.dumps({"unreadable": True, **_leaf(leaf, leaf_hash)})
        moment, kind, severity = rfc3339(at), "unreadable", _ERROR
    header = f"<{FACILITY * 8 + severity}>1 {moment} {host or _NIL} dygnet {_NIL} {kind[:_LONGEST_ID]} {_NIL} "
    return header.encode("ascii", "replace") + _BOM + said.encode()


def _leaf(leaf: Leaf, leaf_hash: str) -> dict[str, object]:
    return {"leaf_index": leaf.number, "leaf_hash": leaf_hash, "leaf_year": leaf.year}


def framed(said: bytes) -> bytes:
    """The message behind its length in octets."""
    return b"%d %b" % (len(said), said)
