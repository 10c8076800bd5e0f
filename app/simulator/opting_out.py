"""Opting out: a phone that texts STOP (or END, QUIT ...) to a line gets nothing more from it until it texts START.

The customer is refused with 21610 meanwhile; its webhook is told of the word all the same. A carrier left as it
comes answers such words itself, in English. With Advanced Opt-Out set on the account it leaves that to the
customer, and says in `OptOutType` what it understood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.simulator.exchange import Account
    from app.simulator.phones import Phone

WORDS: Final = {
    **dict.fromkeys(("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"), "STOP"),
    **dict.fromkeys(("START", "YES", "UNSTOP"), "START"),
    **dict.fromkeys(("HELP", "INFO"), "HELP"),
}
REPLIES: Final = {
    "STOP": "You have been unsubscribed. Reply START to subscribe again.",
    "START": "You have been subscribed again. Reply STOP to unsubscribe.",
    "HELP": "Reply STOP to unsubscribe.",
}


class OptOuts:
    """Who wants no texts from which line."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._pairs: set[tuple[str, str]] = set()

    def holds(self, line: str, number: str) -> bool:
        """Whether this number wants nothing from this line."""
        return (line, number) in self._pairs

    def lines_without(self, number: str) -> list[str]:
        """The lines this number wants nothing from."""
        return sorted(line for line, opted_out in self._pairs if opted_out == number)

    def heed(self, line: str, phone: Phone, body: str) -> dict[str, str]:
        """Do what a text asks for; gives what the customer's webhook is told of it besides."""
        kind = WORDS.get(body.strip().upper())
        if kind is None:
            return {}
        if kind == "STOP":
            self._pairs.add((line, phone.number))
        elif kind == "START":
            self._pairs.discard((line, phone.number))
        if self._account.advanced_opt_out:
            return {"OptOutType": kind}
        phone.takes(line, REPLIES[kind])
        return {}
