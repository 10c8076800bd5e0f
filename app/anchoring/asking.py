"""A question to a machine outside: one POST, a time limit, and an answer that is not longer than it may be."""

from __future__ import annotations

from typing import Final, NamedTuple

import requests
from urllib3.exceptions import HTTPError

PATIENCE: Final = 10.0
"""Seconds for the connection, and again for each part of the answer."""

LONGEST: Final = 64 * 1024
"""Bytes of an answer that are read; a time stamp with its certificates has five to ten thousand."""


class Heard(NamedTuple):
    """What came back."""

    status: int
    body: bytes


def ask(url: str, body: bytes, *, content_type: str, patience: float = PATIENCE) -> Heard | None:
    """The answer; None when there was none that can be read. Redirects are not followed."""
    headers = {"Content-Type": content_type}
    try:
        with requests.post(
            url, data=body, headers=headers, timeout=(patience, patience), allow_redirects=False, stream=True
        ) as answer:
            said = answer.raw.read(LONGEST + 1, decode_content=True)
            return Heard(answer.status_code, said) if len(said) <= LONGEST else None
    except (requests.RequestException, HTTPError, OSError, ValueError):
        return None
