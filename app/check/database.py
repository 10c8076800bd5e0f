"""Whether somebody could listen to what is said to the database."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from sqlalchemy.engine import URL

from app.oncall.preflight import Finding

IS_SURE: Final = "verify-full"
"""Encrypted, with a certificate that somebody vouches for, of this very host. PostgreSQL's default asks for neither."""


def findings(url: URL) -> Iterator[Finding]:
    """For a PostgreSQL on another machine: whoever stands between could read statuses and aliases, or answer for it."""
    if url.query.get("sslmode") != IS_SURE and any(map(_is_elsewhere, _hosts(url))):
        what = "the database is on another machine, and nothing makes sure that nobody listens or answers in its place"
        do = f"add sslmode={IS_SURE} to DATABASE_URL, and sslrootcert= where its certificate is of a house of your own"
        yield Finding(serious=False, what=what, do=do)


def _hosts(url: URL) -> Iterator[str]:
    said = url.query.get("host", url.host or "")
    yield from ",".join(said if isinstance(said, tuple) else (said,)).split(",")


def _is_elsewhere(host: str) -> bool:
    if not host or host.startswith("/") or host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
