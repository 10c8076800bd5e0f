"""Somebody asks what is kept of them, and is given it: each door of that once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from starlette.testclient import TestClient

from app.cases.models import Case
from tests.desk import named
from tests.hotline import Hotline

DEMANDS = "/console/demands"
WHO_ASKS = "+46701740692"

Do = Callable[..., str]


def somebody_asks_what_is_kept(line: Hotline, do: Do, pages: dict[str, str]) -> None:
    """Anna puts it together and hands it over; Carin assessed it, Dag granted it and lets it go."""
    before = {case.id for case in line.cases()}
    line.text_from(WHO_ASKS, "hej, det är jag igen")
    (new,) = {case.id for case in line.cases()} - before
    with line.db.transaction() as session:
        case = session.get_one(Case, new)
        case.record_attempt(by=named(session, "anna"), at=line.now, channel="call", outcome="reached")
        reference = case.reference
    anna, at = line.sign_in("anna"), f"/console/cases/{reference}"
    dag = line.sign_in("dag")
    request = granted(line, do, line.sign_in("carin"), dag)
    anna.get(f"{at}/own-data")
    pages["own parts"] = do(anna, at, "own-data/reading")
    do(anna, at, "own-data", **decided(pages["own parts"], request))
    do(dag, DEMANDS, f"extracts/{first(dag, 'extracts')}")
    extract = re.findall(r"own-data/(\w{32})/paper", anna.get(f"{at}/own-data").text)[0]
    pages["own paper"] = do(anna, at, f"own-data/{extract}/paper")
    do(anna, at, f"own-data/{extract}/given")


def granted(line: Hotline, do: Do, carin: TestClient, dag: TestClient) -> str:
    """The id of a request for one's own data that Carin assessed and Dag granted."""
    came = f"{line.now - timedelta(hours=3):%Y-%m-%dT%H:%M}"
    do(carin, DEMANDS, "requests", kind="own_data", asked_by="person", received_at=came)
    request = first(carin, "requests")
    do(carin, DEMANDS, f"requests/{request}", found="secrecy_informant")
    do(dag, DEMANDS, f"requests/{request}", decided="granted_in_part")
    return request


def decided(page: str, request: str, **withheld: str) -> dict[str, str]:
    """What whoever read the parts decides: nothing withheld but what is said."""
    fields = {"request": request, "identity": "document", "way": "in_person"}
    return fields | {"parts": str(page.count('id="part'))} | withheld


def first(browser: TestClient, what: str) -> str:
    """The first request or extract that somebody can act on."""
    return browser.get(DEMANDS).text.partition(f'action="{DEMANDS}/{what}/')[2].partition('"')[0]
