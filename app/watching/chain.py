"""Whom to wake: the standing chain of a programme file on this machine's own disk.

The file is read for these few lines alone. Whatever else may be wrong in it is `dygnet apply`'s business: a mistake in
a ladder must not silence the alarm.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.catalogue import FIRST_LANGUAGE
from app.errors import Misconfigured


@dataclass(frozen=True)
class Link:
    """Somebody in the chain; the number shows in no log."""

    alias: str
    number: str = field(repr=False)
    language: str


@dataclass(frozen=True)
class Chain:
    """The line's number, which is shown, and those to wake, in the file's order."""

    line: str = field(repr=False)
    links: tuple[Link, ...]


def read(path: Path) -> Chain:
    """The chain in this file. Misconfigured when it cannot be read, or nobody in it has a telephone."""
    try:
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        programme, staff = file["programme"], {each["alias"]: each for each in file["staff"]}
        found = [_link(staff.get(alias, {}), alias) for alias in programme["standing_chain"]]
        chain = Chain(programme["numbers"][0], tuple(link for link in found if link.number))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise Misconfigured(f"{path} cannot be used: it needs numbers, a standing_chain and the staff in it") from None
    if not chain.links:
        raise Misconfigured(f"{path}: nobody in the standing chain has a phone; nobody could be woken")
    return chain


def _link(member: Mapping[str, Any], alias: str) -> Link:
    languages = member.get("languages") or [FIRST_LANGUAGE]
    return Link(alias, member.get("phone", ""), languages[0])
