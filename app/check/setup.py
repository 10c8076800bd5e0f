"""What is set at the carrier, held against what this line needs. Pure: it is told what was read there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from app.oncall.preflight import Finding
from app.telephony.overrides import with_overrides
from app.telephony.twilio_setup import Line, Service

HOME: Final = "SE"
ENOUGH: Final = 20.0
"""What should be left on the account, in its currency: some hundred minutes of calls."""

POST: Final = "POST"


def addresses(line: Line | None, public_url: str) -> Iterator[Finding]:
    """Whether calls and texts to one of our numbers reach us."""
    if line is None:
        what = "a number of the line is not among the account's at the carrier"
        yield Finding(serious=True, what=what, do="buy or port it, or correct `numbers` in the programme file")
        return
    wanted = (
        ("a call comes in", line.voice_url, line.voice_method, f"{public_url}/carrier/voice"),
        ("a message comes in", line.sms_url, line.sms_method, f"{public_url}/carrier/sms"),
    )
    for what, url, method, ours in wanted:
        if _bare(url) != ours:
            do = f"set it to {with_overrides(ours)}, POST"
            yield Finding(serious=True, what=f"the webhook for when {what} is not this line's", do=do)
        elif method != POST:
            do = "set it to POST: with GET, numbers and keys stand in the carrier's logs"
            yield Finding(serious=True, what=f"the webhook for when {what} is fetched by {method}", do=do)


def line(set_there: Line, public_url: str) -> Iterator[Finding]:
    """The rest of what is set for one of our numbers."""
    for what, instead in (("calls", set_there.voice_application), ("texts", set_there.sms_application)):
        if instead:
            yield Finding(serious=True, what=f"an application takes the place of the number's webhooks for {what}",
                          do="take the application off the number")  # fmt: skip
    if set_there.trunk:
        yield Finding(serious=True, what="the number is on a SIP trunk: no call reaches us", do="take it off the trunk")
    if set_there.takes != "voice":
        yield Finding(serious=True, what=f"the number takes {set_there.takes} calls", do="let it take voice calls")
    if set_there.looks_up_callers:
        what = "the carrier looks up the names of callers, at somebody else's"
        yield Finding(serious=True, what=what, do="switch Caller ID Lookup off for the number")
    if (_bare(set_there.status_url), set_there.status_method) != (f"{public_url}/carrier/voice/status", POST):
        what = "the carrier does not say when a call is over, so that an abandoned one looks as if it went on"
        do = f"set the number's call status changes to {with_overrides(f'{public_url}/carrier/voice/status')}, POST"
        yield Finding(serious=False, what=what, do=do)


def fallback(url: str, public_url: str) -> Iterator[Finding]:
    """Whether there is an address that answers calls when ours do not."""
    if not url:
        what = "no fallback is set: while our servers are down, callers hear an English apology and are lost"
        yield Finding(serious=True, what=what, do="keep the documents below at the carrier, and set the third there")
    elif urlsplit(url).netloc == urlsplit(public_url).netloc:
        what = "the fallback is on our own servers, which are down when it is needed"
        yield Finding(serious=True, what=what, do="keep the documents below at the carrier, and set the third there")


def kept_document(kept: str, ours: str) -> Iterator[Finding]:
    """Whether the document that is kept at the carrier still rings the people it should, with screening."""
    try:
        rings, screened = _rings(kept)
    except ET.ParseError:
        yield Finding(serious=True, what="the fallback is not a document", do="keep the one below there")
        return
    if rings != _rings(ours)[0]:
        what = "the fallback at the carrier rings other phones than the standing chain's, or shows another number"
        yield Finding(serious=True, what=what, do="keep the document below there; apply and paste belong together")
    elif not screened:
        what = "the fallback at the carrier connects whoever picks up, a voicemail too"
        do = "write the address of the screening document into each <Number url=...>"
        yield Finding(serious=True, what=what, do=do)


def account(state: str) -> Iterator[Finding]:
    """Whether the account works at all."""
    if state != "active":
        yield Finding(serious=True, what=f"the account at the carrier is {state}", do="speak with the carrier")


def balance(left: float | None) -> Iterator[Finding]:
    """An account that owes is suspended, and the line is dead."""
    if left is not None and left < ENOUGH:
        do = "pay in, and let the carrier pay itself in from then on"
        yield Finding(serious=left <= 0, what=f"{left:.2f} is left on the account at the carrier", do=do)


def nothing_kept(*, recordings: bool | None, analysed: bool | None) -> Iterator[Finding]:
    """Nothing of a conversation stays at the carrier."""
    if recordings:
        what = "recordings of calls lie at the carrier"
        do = "find who recorded them, switch that off under Voice, Settings, and delete them; this line records nothing"
        yield Finding(serious=True, what=what, do=do)
    if analysed:
        what = "Voice Insights keeps what it finds out about every call"
        yield Finding(serious=False, what=what, do="switch its advanced features and voice trace off")


def countries(what: str, allowed: set[str] | None) -> Iterator[Finding]:
    """Where the account may call or text: at home, and nowhere else."""
    if allowed is None:
        return
    if HOME not in allowed:
        yield Finding(
            serious=True, what=f"the account may not {what} Sweden", do="allow it under geographic permissions"
        )
    if abroad := sorted(allowed - {HOME}):
        do = "leave Sweden alone under geographic permissions: it is what a stolen token is used for"
        yield Finding(serious=False, what=f"the account may {what} {_some(abroad)} as well", do=do)


def region(there: str | None, ours: str | None) -> Iterator[Finding]:
    """Whether calls are taken in where we look for them; regions know nothing of one another."""
    if there and there != (ours or "us1"):
        what = f"the number takes calls in {there}, and TWILIO_REGION is {ours or 'not set, which means us1'}"
        yield Finding(serious=True, what=what, do="let them agree; each region has an auth token of its own")


def service(found: Service | None, public_url: str) -> Iterator[Finding]:
    """Whether a Messaging Service leads texts past us."""
    if found and found.texts_go_to and _bare(found.texts_go_to) != f"{public_url}/carrier/sms":
        what = "the number's Messaging Service leads texts elsewhere"
        yield Finding(serious=True, what=what, do="let the service defer to the sender's webhook")


def _rings(document: str) -> tuple[list[tuple[str, str]], bool]:
    """Whom a document rings and with what number shown; and whether all of them are screened."""
    root = ET.fromstring(document)  # noqa: S314 - the carrier's, and ours
    rung = [(dial.get("callerId", ""), number) for dial in root.iter("Dial") for number in dial.iter("Number")]
    screened = all((number.get("url") or "").startswith("http") for _, number in rung)
    unfinished = any("address-of" in (number.get("url") or "") for _, number in rung)
    return [(shown, (number.text or "").strip()) for shown, number in rung], screened and not unfinished


def _bare(url: str) -> str:
    return url.partition("#")[0]


def _some(codes: Sequence[str]) -> str:
    few = 5
    return ", ".join(codes[:few]) + (f" and {len(codes) - few} more countries" if len(codes) > few else "")
