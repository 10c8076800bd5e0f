"""People outside who call, text and write without pause, and a carrier that tries again when nobody answered it."""

from __future__ import annotations

import http.client
import secrets
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from app.intake import drawn
from app.telephony.signature import signature_of
from app.vault.keyring import Keyring
from tests.crash.line import Plan
from tests.people import ANNA, LINE

PATIENCE = 5.0
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Errand:
    """Something posted once and, unanswered, once more: a call, a text, a form, or a text from Anna."""

    kind: str
    source: str
    path: str
    fields: tuple[tuple[str, str], ...]


@dataclass
class Crowd:
    """Everybody outside. `answered` are the errands that were told 200: those must never be lost."""

    plan: Plan
    answered: list[Errand] = field(default_factory=list)
    unanswered: list[Errand] = field(default_factory=list)
    odd: list[tuple[str, int]] = field(default_factory=list)
    _gone: threading.Event = field(default_factory=threading.Event)

    def pour_in(self, *, at_once: int = 2) -> list[threading.Thread]:
        """Let them come until `go_home`."""
        self._gone.clear()
        threads = [threading.Thread(target=self._come) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        return threads

    def go_home(self, threads: list[threading.Thread]) -> None:
        self._gone.set()
        for thread in threads:
            thread.join()

    def try_again(self) -> None:
        """What was never answered is brought once more, as the carrier does."""
        again, self.unanswered = self.unanswered, []
        for errand in again:
            self.bring(errand)

    def bring(self, errand: Errand) -> None:
        try:
            status = self._post(errand)
        except (OSError, http.client.HTTPException):
            self.unanswered.append(errand)
            return
        if status == 200:
            self.answered.append(errand)
        else:
            self.odd.append((errand.kind, status))

    def _come(self) -> None:
        while not self._gone.is_set():
            self.bring(somebody(self.plan))
            if len(self.unanswered) > 5:
                return
            self._gone.wait(0.1)

    def _post(self, errand: Errand) -> int:
        headers = {"content-type": FORM}
        if errand.kind != "form":
            url = self.plan.origin + errand.path
            headers["X-Twilio-Signature"] = signature_of(self.plan.token.encode(), url, errand.fields).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.plan.port, timeout=PATIENCE)
        try:
            connection.request("POST", errand.path, urlencode(errand.fields), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


def somebody(plan: Plan) -> Errand:
    """Whoever comes next, and with what."""
    kind = secrets.choice(["call", "call", "call", "text", "text", "text", "form", "anna"])
    account, line = ("AccountSid", plan.account), ("To", LINE)
    if kind == "call":
        source = f"CA{secrets.token_hex(16)}"
        return Errand(kind, source, "/carrier/voice", (account, line, ("CallSid", source), ("From", "Anonymous")))
    if kind == "form":
        key = Keyring.load(plan.keys, private=("index",)).index_key
        nonce = drawn.mark(key, at=plan.started - timedelta(minutes=1))
        return Errand(kind, nonce, "/sv/contact", (("nonce", nonce), ("contact", "none"), ("message", "hej")))
    source = f"SM{secrets.token_hex(16)}"
    sender = ANNA if kind == "anna" else f"+467017406{secrets.randbelow(40) + 60}"
    body = secrets.choice(["1", "2", "?"]) if kind == "anna" else "hej"
    fields = (account, line, ("MessageSid", source), ("From", sender), ("Body", body))
    return Errand(kind, source, "/carrier/sms", fields)
