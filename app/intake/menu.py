"""Asking a caller something by keys, and taking leave of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from app.cases.facts import Approach
from app.intake.line import Line, prompt, xml
from app.telephony import twiml

YES: Final = "1"
NO: Final = "2"
TO_THINK: Final = timedelta(seconds=8)


def ask(
    line: Line,
    row: Approach,
    keys: Sequence[str],
    action: str,
    *,
    otherwise: str | None = None,
    digits: int = 1,
    **values: str,
) -> Response:
    """Say these sentences and post what is keyed to `action`; silence goes `otherwise`, or is an answer like any."""
    said = [prompt(row.language, key, **values) for key in keys]
    gather = twiml.gather(*said, action=line.url(action), digits=digits, timeout=TO_THINK)
    return xml(twiml.document(gather, twiml.redirect(line.url(otherwise or action))))


def again(line: Line, row: Approach, path: str, *, because: str = "voice.not_understood") -> Response:
    """Say what was wrong, and go on there."""
    return xml(twiml.document(prompt(row.language, because), twiml.redirect(line.url(path))))


def after_a_talk(line: Line, row: Approach) -> Response:
    """Somebody had the caller, who is on the line still: cut off too early, they can leave a callback."""
    ask = twiml.gather(prompt(row.language, "voice.after"), action=line.url("callback?chosen=1"), timeout=TO_THINK)
    return xml(twiml.document(ask, prompt(row.language, "voice.goodbye"), twiml.hangup()))


def goodbye(row: Approach, *keys: str, code: str | None = None) -> Response:
    """Say these sentences, the code if there is one, and goodbye."""
    said = [prompt(row.language, key) for key in keys]
    if code:
        said.append(prompt(row.language, "voice.code", code=_slowly(code)))
    return xml(twiml.document(*said, prompt(row.language, "voice.goodbye"), twiml.hangup()))


def _slowly(code: str) -> str:
    """The code digit by digit, in groups of four: `1 2 3 4, 5 6 7 8`."""
    return ", ".join(" ".join(code[start : start + 4]) for start in range(0, len(code), 4))
