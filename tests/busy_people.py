"""On the busy day: a colleague is given a link, one is signed out, one begins anew by two people's word, one leaves."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.hotline import Hotline

HERE = "/console/people"

Do = Callable[..., str]


def colleagues_are_seen_to(line: Hotline, do: Do, pages: dict[str, str]) -> None:
    """Nothing of it concerns a case."""
    gun, carin = line.sign_in("gun"), line.sign_in("carin")
    do(gun, HERE, "fatima/link")
    do(carin, HERE, "dag/sessions/end")
    for said in ("no", "yes"):
        do(gun, HERE, "bo/reset", because="lost")
        pages["people"] = carin.get(HERE).text
        found = re.search(rf'action="{HERE}/(resets/\w+/answer)"', pages["people"])
        assert found
        do(carin, HERE, found[1], answer=said)
    do(gun, HERE, "fatima/cut-off", because="left")
