from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.telephony.carrier import CarrierError
from app.telephony.records import Kind

SINCE = datetime(2026, 1, 5, 8, tzinfo=UTC)
STRANGER, LINE = "+46701740660", "+46846500400"
CALL = {
    "sid": "CA1",
    "status": "completed",
    "direction": "inbound",
    "from": STRANGER,
    "to": LINE,
    "start_time": "Mon, 05 Jan 2026 09:00:00 +0000",
    "date_created": "Mon, 05 Jan 2026 08:59:58 +0000",
    "forwarded_from": None,
}
TEXT = {
    "sid": "SM1",
    "status": "received",
    "direction": "inbound",
    "from": STRANGER,
    "to": LINE,
    "body": "hej",
    "date_sent": "Mon, 05 Jan 2026 09:00:00 +0000",
    "num_media": "2",
}


def answers(exchange, *calls: dict, texts: list[dict] | None = None) -> None:
    exchange.status = 200
    exchange.body = {"messages": texts} if texts is not None else {"calls": list(calls)}


def test_what_came_in_is_listed_from_a_moment_on_the_oldest_first(carrier, exchange):
    earlier = CALL | {"sid": "CA0", "start_time": "Mon, 05 Jan 2026 08:30:00 +0000"}
    answers(exchange, CALL, earlier)
    found = carrier.records.came_in(Kind.CALL, since=SINCE)
    assert [each.ref for each in found] == ["CA0", "CA1"]
    assert found[1].at == SINCE + timedelta(hours=1)
    assert parse_qs(urlsplit(exchange.asked[0][1]).query)["StartTime>"] == ["2026-01-05T08:00:00Z"]


def test_what_the_carrier_lists_beyond_what_was_asked_for_is_left_out(carrier, exchange):
    yesterday = CALL | {"sid": "CA0", "start_time": "Sun, 04 Jan 2026 23:00:00 +0000"}
    dialled = CALL | {"sid": "CA2", "direction": "outbound-dial"}
    answers(exchange, CALL, yesterday, dialled)
    assert [each.ref for each in carrier.records.came_in(Kind.CALL, since=SINCE)] == ["CA1"]


def test_a_call_that_was_never_answered_has_the_moment_it_was_made(carrier, exchange):
    answers(exchange, CALL | {"start_time": None})
    (found,) = carrier.records.came_in(Kind.CALL, since=SINCE)
    assert found.at == datetime(2026, 1, 5, 8, 59, 58, tzinfo=UTC)


def test_a_text_comes_with_its_words_and_how_many_pictures(carrier, exchange):
    answers(exchange, texts=[TEXT])
    (found,) = carrier.records.came_in(Kind.TEXT, since=SINCE)
    assert (found.body, found.media, found.is_over) == ("hej", 2, True)
    assert STRANGER not in repr(found)
    assert "hej" not in repr(found)


def test_what_went_out_is_what_we_asked_for_and_not_what_was_dialled_from_it(carrier, exchange):
    ours = CALL | {"sid": "CA2", "direction": "outbound-api"}
    answers(exchange, CALL, ours, CALL | {"sid": "CA3", "direction": "outbound-dial"})
    assert [each.ref for each in carrier.records.went_out(Kind.CALL, to=STRANGER, since=SINCE)] == ["CA2"]


@pytest.mark.parametrize("kind", Kind)
def test_a_record_that_is_gone_is_none_and_deleting_it_is_no_error(carrier, exchange, kind):
    exchange.status, exchange.body = 404, {"code": 20404, "status": 404}
    assert carrier.records.look_up(kind, "XX1") is None
    carrier.records.delete(kind, "XX1")


@pytest.mark.parametrize("kind", Kind)
def test_a_record_that_is_not_finished_says_so(carrier, exchange, kind):
    exchange.status, exchange.body = 409, {"code": 20009, "status": 409}
    with pytest.raises(CarrierError) as problem:
        carrier.records.delete(kind, "XX1")
    assert problem.value.code == 20009


def test_an_emptied_text_has_no_words(carrier, exchange):
    exchange.status, exchange.body = 200, TEXT | {"body": ""}
    carrier.records.blank("SM1")
    assert exchange.asked == [("POST", "/2010-04-01/Accounts/AC1/Messages/SM1.json", {"Body": [""]})]
