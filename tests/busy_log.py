"""What a busy day's log is asked for: the auditor searches it, takes part of it away and says that she verified it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from starlette.testclient import TestClient

from tests.hotline import Hotline

LOG = "/console/log"


def the_log_is_asked(line: Hotline, eva: TestClient, do: Callable[..., str]) -> str:
    """Returns the page she ends on."""
    assert line.engine
    line.engine.checkpoint()
    eva.get(LOG, params={"actor": "anna", "because": "complaint"})
    do(eva, LOG, "exports", actor="anna", because="complaint")
    note = re.search(r"<pre tabindex=\"0\">(.*?)</pre>", eva.get(LOG).text, re.DOTALL)
    assert note
    return do(eva, LOG, "verifications", checkpoint=html.unescape(note[1]))
