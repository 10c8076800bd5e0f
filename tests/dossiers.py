"""A handler at a case's dossier: what they press, and the page that answers."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.testclient import TestClient

from tests.hotline import hidden_fields

WANTS_OUT = {"wants_to_leave": "yes", "needs_support_and_protection": "yes", "violence_exposed": "yes"}
A_CONSENT = {"to": "police", "answer": "given", "how": "oral", "whose": "person", "until": "2026-03-01"}
SIGNED_OUT = 401
CONDITIONS = {f"condition.consent.{each}": "yes" for each in ("recorded", "in-force", "within")}


class Desk:
    """Somebody with a case. They sign in anew when they have been away."""

    def __init__(self, signed_in: Callable[[], TestClient], reference: str) -> None:
        self._signed_in = signed_in
        self.reference = reference
        self.at = f"/console/cases/{reference}"
        self.status = 0
        self._browser: TestClient | None = None
        self._word = ""

    def look(self, path: str = "") -> str:
        return self._signed_in().get(path or self.at, follow_redirects=True).text

    def cover(self) -> str:
        return self.look(f"{self.at}/dossier")

    def do(self, deed: str, **fields: str) -> str:
        return self.press(f"{self.at}/{deed}", **fields)

    def press(self, path: str, **fields: str) -> str:
        if self._browser is None:
            self._begin()
        answer = self._browser.post(path, data={"csrf": self._word, **fields}, follow_redirects=True)
        if answer.status_code == SIGNED_OUT:
            self._begin()
            answer = self._browser.post(path, data={"csrf": self._word, **fields}, follow_redirects=True)
        self.status = answer.status_code
        return answer.text

    def _begin(self) -> None:
        self._browser = self._signed_in()
        self._word = hidden_fields(self._browser.get("/console/").text)["csrf"]

    def screen(self, **typed: str) -> str:
        since = hidden_value(self.do("dossier", sheet="screening"), "since")
        return self.do("screening", since=since, **typed)

    def decide(self, kind: str, **said: str) -> str:
        """Decide on the route of that name alone, and ask its unit; returns the sheet."""
        sheet = self.do("dossier", sheet="route").rpartition('id="proposal"')[2]
        place = re.findall(r'name="take\.\d+" value="yes"><span>\s*<strong>([^<]+)', sheet).index(kind)
        chosen = {f"take.{place}": "yes", "shown_as": hidden_value(sheet, "shown_as")}
        decided = self.do("route", **chosen, **said)
        return self.do("offers", decision=hidden_value(decided, "decision"), place="0")


def hidden_value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def link_in(page: str, pattern: str) -> str:
    """What stands in the brackets of a pattern, where it first occurs on that page."""
    found = re.search(pattern, page)
    assert found, page
    return found[1]
