"""Connection overrides: how the customer wants to be posted to, written behind a `#` into an address.

The fragment is neither sent nor signed. `ct`, `rt`, `tt` are milliseconds to connect, for an answer, and for
everything together; `rc` how often to try again, `rp` after what. `e` and `sni` are tolerated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

MOST_RETRIES: Final = 5


@dataclass(frozen=True)
class Patience:
    """How long and how often one webhook is tried; seconds."""

    connect: float = 5.0
    answer: float = 15.0
    total: float = 15.0
    retries: int = 1
    after: frozenset[str] = frozenset({"ct"})
    """What is worth another try: `ct` no connection, `rt` no answer, `4xx`, `5xx`, `all`."""

    def allows(self, kind: str, *, tries: int) -> bool:
        """Whether to try again after this kind of failure."""
        return tries <= self.retries and (kind in self.after or "all" in self.after)


def patience(url: str) -> Patience:
    """What an address asks for. What is missing or out of bounds is as usual."""
    asked = parse_qs(url.partition("#")[2])
    usual = Patience()

    def whole(name: str, least: int, most: int) -> int | None:
        text = asked.get(name, [""])[0]
        return int(text) if text.isdigit() and least <= int(text) <= most else None

    def seconds(name: str, least: int, most: int, otherwise: float) -> float:
        milliseconds = whole(name, least, most)
        return otherwise if milliseconds is None else milliseconds / 1000

    retries = whole("rc", 0, MOST_RETRIES)
    return Patience(
        connect=seconds("ct", 100, 10_000, usual.connect),
        answer=seconds("rt", 100, 15_000, usual.answer),
        total=seconds("tt", 100, 15_000, usual.total),
        retries=usual.retries if retries is None else retries,
        after=frozenset(asked["rp"][0].split(",")) if "rp" in asked else usual.after,
    )
