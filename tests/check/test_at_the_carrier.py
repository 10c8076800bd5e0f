"""`dygnet check --carrier`: what is set at the carrier is held against what this line needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.check import looked_over
from app.check.carrier import BY_HAND
from app.check.report import Report
from app.simulator.accounts import Service
from tests.away import keep
from tests.fallback import keep_the_fallback, report, set_line
from tests.hotline import PUBLIC_URL, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import BO, CARIN, LINE, PROGRAMME

pytestmark = ON_ONE_DATABASE


@pytest.fixture
def line(hotline: Hotline) -> Hotline:
    """The line with everything set at the carrier as it should be."""
    keep_the_fallback(hotline)
    keep(hotline)
    set_account(hotline, services=(Service("MG" + "0" * 32, (LINE,)),))
    return hotline


def set_account(line: Hotline, **settings: object) -> None:
    line.exchange.account = replace(line.exchange.account, **settings)


def at_the_carrier(found: Report) -> list[str]:
    """The findings that are about the carrier, not about the roster or the keys."""
    others = [each for each in found.findings if not each.do.startswith("dygnet keys")]
    return [each.what for each in others if "backup" not in each.what]


def test_when_everything_is_set_as_it_should_be_nothing_is_found_and_what_nobody_can_read_is_listed(
    line: Hotline,
) -> None:
    found = report(line)

    assert at_the_carrier(found) == []
    assert found.by_hand == [*BY_HAND]
    assert "Opt-out words" in found.by_hand[0]
    assert [document.name for document in found.documents] == ["accepted", "screening", "fallback"]


OURS = f"{PUBLIC_URL}/carrier"
MISTAKES: list[tuple[Callable[[Hotline], None], str]] = [
    (lambda line: set_line(line, voice_url="https://else.example.org/"), "the webhook for when a call comes in is not"),
    (lambda line: set_line(line, voice_url=""), "the webhook for when a call comes in is not"),
    (lambda line: set_line(line, sms_url=f"{OURS}/voice"), "the webhook for when a message comes in is not"),
    (lambda line: set_line(line, voice_method="GET"), "the webhook for when a call comes in is fetched by GET"),
    (lambda line: set_line(line, sms_method="GET"), "the webhook for when a message comes in is fetched by GET"),
    (lambda line: set_line(line, voice_fallback_url=""), "no fallback is set"),
    (lambda line: set_line(line, voice_fallback_url=f"{OURS}/voice"), "the fallback is on our own servers"),
    (lambda line: set_line(line, status_url=""), "the carrier does not say when a call is over"),
    (lambda line: set_line(line, status_method="GET"), "the carrier does not say when a call is over"),
    (lambda line: set_line(line, voice_application_sid="AP1"), "an application takes the place"),
    (lambda line: set_line(line, sms_application_sid="AP1"), "an application takes the place"),
    (lambda line: set_line(line, trunk_sid="TK1"), "the number is on a SIP trunk"),
    (lambda line: set_line(line, voice_receive_mode="fax"), "the number takes fax calls"),
    (lambda line: set_line(line, voice_caller_id_lookup=True), "the carrier looks up the names of callers"),
    (lambda line: set_line(line, region="ie1"), "the number takes calls in ie1, and TWILIO_REGION is not set"),
    (lambda line: set_account(line, status="suspended"), "the account at the carrier is suspended"),
    (lambda line: set_account(line, balance="3.50"), "3.50 is left on the account"),
    (lambda line: set_account(line, voice_insights=True), "Voice Insights keeps what it finds out"),
    (lambda line: set_account(line, calls_to=("SE", "LV", "SO")), "the account may call LV, SO as well"),
    (lambda line: set_account(line, texts_to=()), "the account may not text Sweden"),
    (
        lambda line: set_account(line, services=(Service("MG1", (LINE,), False, "https://else.example.org/"),)),
        "the number's Messaging Service leads texts elsewhere",
    ),
    (lambda line: line.exchange.lines.pop(LINE), "a number of the line is not among the account's"),
]


def test_each_mistake_at_the_carrier_is_found_and_nothing_else(line: Hotline) -> None:
    as_it_should_be = line.exchange.lines[LINE], line.exchange.account
    for mistake, what in MISTAKES:
        mistake(line)
        found = at_the_carrier(report(line))
        assert len(found) == 1, (what, found)
        assert found[0].startswith(what)
        line.exchange.lines[LINE], line.exchange.account = as_it_should_be


def test_a_recording_that_lies_at_the_carrier_is_found(line: Hotline) -> None:
    set_account(line, records_calls=True)
    line.call_from("+46701740660").hang_up()

    assert at_the_carrier(report(line)) == ["recordings of calls lie at the carrier"]


def test_webhooks_may_carry_connection_overrides(line: Hotline) -> None:
    set_line(line, voice_url=f"{OURS}/voice#rc=2&ct=1000", status_url=f"{OURS}/voice/status#rc=1")

    assert at_the_carrier(report(line)) == []


def test_a_chain_that_was_changed_after_the_document_was_pasted_is_found(line: Hotline) -> None:
    line.apply(PROGRAMME.replace('standing_chain = ["carin", "dag"]', 'standing_chain = ["bo", "dag"]'))

    found = report(line)

    assert [what[:50] for what in at_the_carrier(found)] == ["the fallback at the carrier rings other phones than"[:50]]
    assert BO in found.documents[-1].twiml
    assert CARIN not in found.documents[-1].twiml


@pytest.mark.parametrize("screening", ["", 'url="https://address-of.example/screening" method="POST"'])
def test_a_document_that_was_pasted_without_its_screening_is_found(line: Hotline, screening: str) -> None:
    ours = report(line).documents[-1].twiml
    pasted = ours.replace('url="https://address-of.example/screening" method="POST"', screening)
    line.exchange.host(line.exchange.lines[LINE].voice_fallback_url, pasted)

    assert [what[:58] for what in at_the_carrier(report(line))] == [
        "the fallback at the carrier connects whoever picks up, a v"
    ]


def test_something_else_than_a_document_is_found(line: Hotline) -> None:
    line.exchange.host(line.exchange.lines[LINE].voice_fallback_url, "Hello")

    assert at_the_carrier(report(line)) == ["the fallback is not a document"]


def test_a_document_that_is_not_given_to_us_is_to_be_compared_by_hand(line: Hotline) -> None:
    set_line(line, voice_fallback_url=f"{line.switchboard.url}/twiml/EHelse")

    found = report(line)

    assert at_the_carrier(found) == []
    assert found.by_hand[-1].startswith("The fallback's document could not be fetched")


def test_what_the_carrier_does_not_let_us_read_is_to_be_looked_at_by_hand(line: Hotline) -> None:
    for closed in ("Geo", "Dialing", "Balance", "Recordings", "Voice/Settings", "v2/Phone", "v1/Services"):
        line.exchange.faults.refuse(99, status=403, code=20003, on=closed)

    found = report(line)

    assert at_the_carrier(found) == []
    assert len(found.by_hand) == len(BY_HAND) + 5
    assert "Recordings: there are none. It could not be read from here." in found.by_hand


def test_a_carrier_that_refuses_us_is_a_finding_and_the_documents_are_printed_all_the_same(line: Hotline) -> None:
    line.exchange.faults.refuse(99, status=401, code=20003)

    found = report(line)

    assert at_the_carrier(found) == ["the carrier does not answer, or refuses the account"]
    assert len(found.documents) == 3


def test_without_credentials_the_documents_are_printed_all_the_same(line: Hotline) -> None:
    settings = line.settings.model_copy(update={"twilio_account_sid": None})

    found = looked_over(settings, line.db, at=line.now, also_carrier=True)

    assert len(found.documents) == 3
    assert "TWILIO_ACCOUNT_SID" in at_the_carrier(found)[0]


def test_the_short_look_prints_no_document_and_still_sees_wrong_webhooks(line: Hotline) -> None:
    set_line(line, sms_url="https://else.example.org/")
    found = looked_over(line.settings, line.db, at=line.now, also_carrier=False)

    assert at_the_carrier(found) == ["the webhook for when a message comes in is not this line's"]
    assert (found.documents, found.by_hand) == ([], [])
    assert isinstance(json.loads(found.as_json()), list)


def test_as_json_it_is_one_object_with_findings_what_is_left_and_the_documents(line: Hotline) -> None:
    set_line(line, voice_fallback_url="")

    told = json.loads(report(line).as_json())

    assert {*told} == {"findings", "by_hand", "documents"}
    assert {*told["documents"][0]} == {"name", "what", "twiml"}
    assert any(finding["what"].startswith("no fallback") for finding in told["findings"])
    assert all({*finding} == {"serious", "what", "do"} for finding in told["findings"])


def test_what_is_read_out_says_what_to_do_in_which_order(line: Hotline) -> None:
    words = report(line).read_out()

    places = [
        words.index(part) for part in ("Look at it by hand", "Document 1", "Document 2", "Document 3", "TwiML Bin")
    ]
    assert places == sorted(places)
    assert words.count("address-of.example/screening") == 2
    assert words.count("address-of.example/accepted") == 1
