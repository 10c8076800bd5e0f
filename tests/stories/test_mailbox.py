"""The mailbox, from both sides: a receipt typed once more, letters that are sealed, an answer that is contact."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import delete, event, func, select
from starlette.testclient import TestClient

from app.cases.facts import Grant
from app.cases.letters import Letter
from app.cases.queries import locked
from app.escalation import conflicts, mailbox_news
from app.vault.receipts import Receipt
from tests.evidence import log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER

MESSAGE = "min lillebror Ismail vill hoppa av"
FROM_US = "Hej. Vi kan ses i morgon klockan tio, om du vill. Säg var det är tryggt."
FROM_THEM = "Ja. Vid biblioteket, inte hemma."


def receipt_on(page: str) -> str:
    """The code that a page shows."""
    found = re.search(r"\d{4}( \d{4}){4}", page)
    assert found, page
    return found[0]


def a_receipt(line: Hotline, **answers: str) -> str:
    """Somebody fills in the form and writes the code down."""
    return receipt_on(line.fill_in_form(language="en", message=MESSAGE, **{"contact": "none", **answers}))


def post(line: Hotline, deed: str, **fields: str) -> str:
    return line.doors.post(f"/en/{deed}", data=fields).text


def ticket_in(page: str) -> str:
    return hidden_fields(page)["ticket"]


def a_handler(line: Hotline, alias: str = "anna") -> TestClient:
    """They take the only case, and are signed in."""
    line.work()
    line.text_from(alias, "1")
    assert line.case().hold
    return line.sign_in(alias)


def writes(line: Hotline, browser: TestClient, words: str = FROM_US) -> str:
    return line.at_the_desk(browser, "letters", words=words).text


def reads(line: Hotline, browser: TestClient) -> str:
    return line.at_the_desk(browser, "letters/reading").text


@ON_ONE_DATABASE
def test_a_form_a_receipt_a_letter_an_answer_and_that_is_first_contact(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    assert "The code is right" in post(hotline, "receipt", receipt=receipt.replace(" ", ""))
    anna = a_handler(hotline)
    assert FROM_US not in writes(hotline, anna)
    hotline.timeline.advance(60)
    assert hotline.case().first_contact is None, "a letter that nobody answered is no contact"

    inside = hotline.open_mailbox(receipt)
    assert FROM_US in inside
    assert hotline.case().first_contact is None, "neither is one that was only read"
    assert "has been received" in hotline.open_mailbox(receipt)
    assert "We have received it" in post(hotline, "mailbox/answer", ticket=ticket_in(inside), words=FROM_THEM)

    contact = hotline.case().first_contact
    assert contact
    assert (contact.channel, contact.word) == ("mailbox", "mailbox")
    assert FROM_THEM not in anna.get(f"/console/cases/{hotline.case().reference}").text
    page = reads(hotline, anna)
    assert page.index(FROM_US) < page.index(FROM_THEM)
    assert FROM_THEM not in hotline.open_mailbox(receipt), (
        "what they wrote is shown to nobody who looks over a shoulder"
    )
    (reading,) = log(hotline.db, "case.revealed")
    assert (reading["actor"], reading["facts"]["via"]) == ("anna", "mailbox")


@ON_ONE_DATABASE
def test_an_answer_before_anybody_wrote_is_no_contact(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    post(hotline, "mailbox/answer", ticket=ticket_in(hotline.open_mailbox(receipt)), words=FROM_THEM)

    assert hotline.case().first_contact is None
    assert hotline.case().attempts == []


@ON_ONE_DATABASE
def test_an_answer_sent_twice_is_one_letter_and_other_words_are_another(hotline: Hotline) -> None:
    ticket = ticket_in(hotline.open_mailbox(a_receipt(hotline)))
    first, again, other = (
        post(hotline, "mailbox/answer", ticket=ticket, words=words) for words in (FROM_THEM, FROM_THEM, MESSAGE)
    )

    assert first == again == other
    with hotline.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Letter)) == 2


@ON_ONE_DATABASE
def test_staff_are_paged_when_somebody_wrote_and_learn_nothing_from_the_page(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    a_handler(hotline)
    before = len(hotline.phone("anna").inbox)
    post(hotline, "mailbox/answer", ticket=ticket_in(hotline.open_mailbox(receipt)), words=FROM_THEM)
    hotline.work()

    (page,) = hotline.phone("anna").inbox[before:]
    assert hotline.case().reference in page.body
    assert "biblioteket" not in page.body
    assert hotline.numbers_reached() <= hotline.staff_numbers


@ON_ONE_DATABASE
def test_who_is_too_late_loses_no_word_and_writes_nothing(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    ticket = ticket_in(hotline.open_mailbox(receipt))
    hotline.timeline.advance(timedelta(minutes=90).total_seconds())
    late = post(hotline, "mailbox/answer", ticket=ticket, words=FROM_THEM)

    assert hidden_fields(late)["words"] == FROM_THEM
    wishes = {"contact": "sms", "number": "+46701740661", "hours": "day", "day_2": "yes", "code_word": "<b>Räv"}
    late_wishes = post(hotline, "mailbox/wishes", ticket=ticket, **wishes)
    assert hidden_fields(late_wishes).items() >= (wishes | {"code_word": "&lt;b&gt;Räv"}).items()
    mistyped = post(hotline, "mailbox", receipt="1", **wishes)
    assert hidden_fields(mistyped)["number"] == wishes["number"], "a mistyped code loses it neither"
    again = post(hotline, "mailbox", receipt=receipt, **wishes)
    assert 'value="+46701740661"' in again and "Räv" in again
    inside = post(hotline, "mailbox", receipt=receipt, words=FROM_THEM)
    assert FROM_THEM in inside
    assert "mailbox.written" not in {entry["action"] for entry in log(hotline.db)}


@ON_ONE_DATABASE
def test_what_cannot_be_sent_comes_back_with_words_about_why(hotline: Hotline) -> None:
    ticket = ticket_in(hotline.open_mailbox(a_receipt(hotline)))
    nothing, too_much = (post(hotline, "mailbox/answer", ticket=ticket, words=words) for words in ("  ", "x" * 4001))

    assert "Write something before you send" in nothing
    assert "4001 characters" in too_much
    assert "x" * 4001 in too_much
    assert ticket_in(too_much) == ticket


@ON_ONE_DATABASE
def test_taking_it_back_stops_calls_and_no_clock(hotline: Hotline) -> None:
    receipt = a_receipt(hotline, contact="call", number=A_STRANGER, hours="any")
    inside = hotline.open_mailbox(receipt)
    anna = a_handler(hotline)
    pages = [post(hotline, "mailbox/withdrawal", ticket=ticket_in(inside)) for _ in range(2)]

    case = hotline.case()
    assert pages[0] == pages[1]
    assert (case.awaits_contact, case.due_at) == (True, case.opened_at + timedelta(hours=24))
    assert not case.allows("call")
    assert "har tagit tillbaka sin begäran" in anna.get(f"/console/cases/{case.reference}").text
    assert "You took it back" in hotline.open_mailbox(receipt)
    hotline.at_the_desk(anna, "closure", code="withdrew")
    hotline.timeline.advance(25 * 3600)
    hotline.work()
    closed = hotline.case()
    assert closed.closure
    assert closed.breach, "the promise was not kept, whoever wished it so"


@ON_ONE_DATABASE
def test_new_wishes_take_the_place_of_the_old_ones_and_leave_stays_with_the_old_number(hotline: Hotline) -> None:
    receipt = a_receipt(hotline, contact="call", number=A_STRANGER, hours="any")
    before = {permission.content_id for permission in hotline.case().permissions if permission.allowed}
    hotline.fast_forward(minutes=1)
    ticket = ticket_in(hotline.open_mailbox(receipt))
    wrong = post(hotline, "mailbox/wishes", ticket=ticket, contact="sms", number="12", hours="day")
    assert ticket_in(wrong) == ticket
    post(hotline, "mailbox/wishes", ticket=ticket, contact="sms", number="+46701740661", hours="day")

    case = hotline.case()
    assert (case.allows("call"), case.allows("sms")) == (False, True)
    newest = [permission for permission in case.permissions if permission.allowed][-1]
    assert newest.content_id not in before


@ON_ONE_DATABASE
def test_the_mailbox_asks_how_to_be_reached_as_the_form_does_and_staff_read_the_answers(hotline: Hotline) -> None:
    receipt = a_receipt(hotline, contact="call", number=A_STRANGER, hours="any", if_other="hang_up", age="15_17")
    inside = hotline.open_mailbox(receipt)
    form = hotline.doors.get("/en/contact").text
    wishes = inside[inside.index("/mailbox/wishes") : inside.index("/mailbox/withdrawal")]
    asked = [re.findall(r'name="(\w+)"', page.partition('class="if-contact"')[2]) for page in (form, wishes)]
    assert asked[1] == asked[0][: len(asked[1])]
    assert {"voicemail", "caller_id", "others_answer", "code_word"} <= set(asked[1])

    anna = a_handler(hotline)
    told = {"if_other": "wrong_number", "voicemail": "yes", "code_word": "kastanj"}
    post(hotline, "mailbox/wishes", ticket=ticket_in(inside), contact="call", number=A_STRANGER, hours="night", **told)
    assert hotline.case().allows("voicemail")
    page = hotline.at_the_desk(anna, "reveal", because="new_attempt").text
    for said in ("Lägg på", "Säg", "kastanj", "15–17"):
        assert said in page, said


@ON_ONE_DATABASE
def test_a_matter_that_is_over_begins_anew_with_a_receipt_of_its_own(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    anna = a_handler(hotline)
    hotline.at_the_desk(anna, "attempts", channel="visit", outcome="reached")
    hotline.at_the_desk(anna, "closure", code="advice")
    inside = hotline.open_mailbox(receipt)
    assert "The matter is closed" in inside
    answers = [post(hotline, "mailbox/answer", ticket=ticket_in(inside), words=FROM_THEM) for _ in range(2)]

    old, new = hotline.cases()
    assert receipt_on(answers[0]) == receipt_on(answers[1]) != receipt
    assert (new.continues_id, new.awaits_contact) == (old.id, True)
    assert "We have received it" in post(hotline, "mailbox/answer", ticket=ticket_in(inside), words=MESSAGE)
    assert len(hotline.cases()) == 2, "who writes twice has not two matters"
    assert "You wrote" in hotline.open_mailbox(receipt_on(answers[0]))
    assert "not taken care of it yet" in hotline.open_mailbox(receipt_on(answers[0]))


@ON_ONE_DATABASE
def test_a_receipt_for_duress_opens_something_harmless_and_wakes_whoever_can_help(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    kept = post(hotline, "receipt", receipt=receipt, spare="yes")
    spare = receipt_on(kept)
    assert receipt_on(post(hotline, "receipt", receipt=receipt, spare="yes")) == spare, "asked again, the same one"
    anna = a_handler(hotline)
    assert FROM_US not in writes(hotline, anna)
    hotline.timeline.advance(20 * 3600)

    inside = hotline.open_mailbox(spare)
    assert "Kind regards" in inside
    assert FROM_US not in inside
    assert hotline.case().danger is None, "nothing happens at the door that does not happen at another"
    assert mailbox_news.sound(hotline.db, at=hotline.now) == 1
    hotline.work()
    case = hotline.case()
    assert case.danger
    assert case.reference in hotline.phone("anna").inbox[-1].body
    assert hotline.numbers_reached() <= hotline.staff_numbers
    anna = hotline.sign_in("anna")
    assert "tvång" in anna.get(f"/console/cases/{case.reference}").text

    post(hotline, "mailbox/answer", ticket=ticket_in(inside), words="allt är bra, glöm det")
    post(hotline, "mailbox/withdrawal", ticket=ticket_in(inside))
    assert hotline.case().first_contact is None
    again = hotline.open_mailbox(spare)
    assert "You took it back" in again
    assert "You wrote" in again
    real = hotline.open_mailbox(receipt)
    assert FROM_US in real
    assert "You took it back" not in real
    assert "You wrote" not in real
    hotline.at_the_desk(anna, "hold")
    assert "koden för tvång" in reads(hotline, anna)
    third = receipt_on(post(hotline, "receipt", receipt=spare, spare="yes"))
    assert "Kind regards" in hotline.open_mailbox(third) or "not taken care" in hotline.open_mailbox(third)


@ON_ONE_DATABASE
def test_a_receipt_that_a_handler_handed_out_is_changed_before_it_shows_anything(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, MESSAGE)
    anna = a_handler(hotline)
    assert "ingen egen kod" in writes(hotline, anna)
    handed = receipt_on(hotline.at_the_desk(anna, "receipt").text)
    assert handed not in anna.get(f"/console/cases/{hotline.case().reference}").text

    first = hotline.open_mailbox(handed)
    lost = receipt_on(first)
    own = receipt_on(hotline.open_mailbox(handed))
    assert "ticket" not in hidden_fields(first)
    wrong = hotline.open_mailbox("0" * 20)
    assert hotline.open_mailbox(lost) == wrong, "a page that was lost leaves nothing open"
    assert "has been received" in hotline.open_mailbox(own)
    assert hotline.open_mailbox(handed) == wrong
    assert FROM_US not in writes(hotline, anna)
    assert FROM_US in hotline.open_mailbox(own)

    again = receipt_on(hotline.at_the_desk(anna, "receipt").text)
    assert hotline.open_mailbox(own) == wrong, "whoever lost a code may have lost it to somebody"
    hotline.timeline.advance(15 * 86400)
    assert hotline.open_mailbox(again) == wrong


@ON_ONE_DATABASE
def test_what_was_written_before_a_letter_was_read_is_no_answer_and_keeps_none_from_counting(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    early = ticket_in(hotline.open_mailbox(receipt))
    writes(hotline, a_handler(hotline))
    hotline.timeline.advance(60)
    post(hotline, "mailbox/answer", ticket=early, words=MESSAGE)
    assert hotline.case().first_contact is None

    ticket = ticket_in(hotline.open_mailbox(receipt))
    hotline.timeline.advance(60)
    post(hotline, "mailbox/answer", ticket=ticket, words=FROM_THEM)
    assert hotline.case().first_contact


@ON_ONE_DATABASE
def test_an_answer_behind_a_receipt_that_a_handler_saw_is_no_more_than_their_word(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, MESSAGE)
    anna = a_handler(hotline)
    hotline.timeline.advance(60)
    own = receipt_on(hotline.open_mailbox(receipt_on(hotline.at_the_desk(anna, "receipt").text)))
    hotline.open_mailbox(own)
    writes(hotline, anna)
    post(hotline, "mailbox/answer", ticket=ticket_in(hotline.open_mailbox(own)), words=FROM_THEM)

    contact = hotline.case().first_contact
    assert contact
    assert (contact.channel, contact.word) == ("mailbox", "handler")


@ON_ONE_DATABASE
def test_the_alarm_is_raised_though_another_receipt_was_handed_out_before_the_engine_looked(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    spare = receipt_on(post(hotline, "receipt", receipt=receipt, spare="yes"))
    anna = a_handler(hotline)
    inside = hotline.open_mailbox(spare)
    hotline.at_the_desk(anna, "receipt")

    assert mailbox_news.sound(hotline.db, at=hotline.now) == 1
    assert hotline.case().danger
    post(hotline, "mailbox/answer", ticket=ticket_in(inside), words=FROM_THEM)
    assert "mailbox.written" not in {entry["action"] for entry in log(hotline.db)}


@ON_ONE_DATABASE
def test_all_receipts_of_joined_cases_get_the_letters_until_one_is_handed_out(hotline: Hotline) -> None:
    receipts = [a_receipt(hotline)]
    for _ in range(2):
        hotline.timeline.advance(60)
        receipts.append(a_receipt(hotline))
    first, second, third = (case.id for case in hotline.cases())
    for one, into in ((third, second), (second, first)):
        with hotline.db.transaction() as session:
            conflicts.join(session, locked(session, one), locked(session, into), by="anna", at=hotline.now)
    hotline.work()
    anna, reference = hotline.sign_in("anna"), hotline.cases()[0].reference
    csrf = hidden_fields(anna.get("/console/").text)["csrf"]

    def does(deed: str, **fields: str) -> str:
        return anna.post(f"/console/cases/{reference}/{deed}", data={"csrf": csrf, **fields}).text

    does("hold")
    does("letters", words=FROM_US)
    assert all(FROM_US in hotline.open_mailbox(receipt) for receipt in receipts)
    post(hotline, "mailbox/answer", ticket=ticket_in(hotline.open_mailbox(receipts[2])), words=FROM_THEM)
    assert FROM_THEM in does("letters/reading")
    assert len({entry["object"] for entry in log(hotline.db, "case.revealed")}) == 3
    assert hotline.cases()[0].first_contact
    handed = receipt_on(does("receipt"))
    wrong = hotline.open_mailbox("0" * 20)
    assert all(hotline.open_mailbox(receipt) == wrong for receipt in receipts)
    assert hotline.open_mailbox(handed) != wrong


@ON_ONE_DATABASE
def test_whoever_did_not_want_our_number_to_show_is_not_called_from_it_after_new_wishes(hotline: Hotline) -> None:
    receipt = a_receipt(hotline, contact="call", number=A_STRANGER, hours="any", caller_id="hidden")
    hotline.fast_forward(minutes=1)
    ticket = ticket_in(hotline.open_mailbox(receipt))
    post(hotline, "mailbox/wishes", ticket=ticket, contact="call", number=A_STRANGER, hours="day")

    assert hotline.case().allows("call")
    assert {permission.content_id for permission in hotline.case().permissions} == {None}


@ON_ONE_DATABASE
def test_a_mailbox_for_duress_is_answered_after_a_time_that_nobody_foresees(hotline: Hotline) -> None:
    spares = [receipt_on(post(hotline, "receipt", receipt=a_receipt(hotline), spare="yes")) for _ in range(4)]
    hotline.timeline.advance(20 * 3600)
    answered = {re.findall(r"From us, ([^<]+)", hotline.open_mailbox(spare))[0] for spare in spares}

    assert len(answered) > 1, "all were made at the same moment"


@ON_ONE_DATABASE
def test_a_receipt_of_a_case_that_was_forgotten_is_a_wrong_one(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    anna = a_handler(hotline)
    writes(hotline, anna)
    with hotline.db.transaction() as session:
        session.execute(delete(Grant))

    assert hotline.open_mailbox(receipt) == hotline.open_mailbox("0" * 20)
    assert FROM_US not in reads(hotline, anna)


@ON_ONE_DATABASE
def test_receipts_that_fit_nothing_are_answered_alike_and_ask_the_database_the_same(hotline: Hotline) -> None:
    receipt = Receipt.parse(a_receipt(hotline))
    assert receipt
    nearly = receipt.digits[:-1] + str((int(receipt.digits[-1]) + 1) % 10)
    tried = [(hotline.open_mailbox(each), asked(hotline, each)) for each in (nearly, "0" * 20, "9" * 20)]

    assert tried[0] == tried[1] == tried[2]


@ON_ONE_DATABASE
def test_a_receipt_whose_time_is_over_asks_the_database_what_an_unknown_one_asks(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, MESSAGE)
    handed = receipt_on(hotline.at_the_desk(a_handler(hotline), "receipt").text)
    hotline.timeline.advance(14 * 86400 + 1)

    assert asked(hotline, handed) == asked(hotline, "0" * 20)
    assert hotline.open_mailbox(handed) == hotline.open_mailbox("0" * 20)


@ON_ONE_DATABASE
def test_a_letter_from_a_handler_whose_thumb_comes_twice_is_one_letter(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    anna = a_handler(hotline)
    page = anna.get(f"/console/cases/{hotline.case().reference}").text
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert mark
    for _ in range(2):
        hotline.at_the_desk(anna, "letters", words=FROM_US, mark=mark[1])

    assert hotline.open_mailbox(receipt).count(FROM_US) == 1


@ON_ONE_DATABASE
def test_the_persons_own_receipt_and_the_one_for_duress_ask_the_database_the_same(hotline: Hotline) -> None:
    receipt = a_receipt(hotline)
    spare = receipt_on(post(hotline, "receipt", receipt=receipt, spare="yes"))

    assert asked(hotline, receipt) == asked(hotline, spare)
    writes(hotline, a_handler(hotline))
    hotline.timeline.advance(20 * 3600)
    hotline.open_mailbox(receipt)
    assert asked(hotline, receipt) == asked(hotline, spare), "with a letter in each"


def asked(line: Hotline, receipt: str) -> list[str]:
    """Every statement that one look behind a receipt sends to the database."""
    statements: list[str] = []

    def see(*of: object) -> None:
        statements.append(str(of[2]))

    event.listen(line.db.engine, "before_cursor_execute", see)
    try:
        line.open_mailbox(receipt)
    finally:
        event.remove(line.db.engine, "before_cursor_execute", see)
    return statements
