"""A person asks what is kept of them: they get it, by a way that tells nobody, and without a relative's words."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from starlette.testclient import TestClient

from app.cases.facts import Approach
from app.cases.models import Case
from app.cases.queries import locked
from app.escalation import conflicts
from tests.busy_own_data import DEMANDS, decided, first, granted
from tests.calling import signed_in
from tests.desk import named
from tests.evidence import given_away, log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER
from tests.stories.test_mailbox import MESSAGE, a_receipt

THEIRS, A_SISTERS, A_NOTE = "jag vill ut ur gänget", "min bror vet inte att jag ringer", "kusinen bor på Storgatan 1"


class Asking:
    """Anna has the case; Carin and Dag decide."""

    def __init__(self, line: Hotline) -> None:
        self.words: dict[TestClient, str] = {}
        self.reference = line.cases()[0].reference
        self.at = f"/console/cases/{self.reference}/own-data"
        self.anna, self.carin, self.dag = (signed_in(line, alias) for alias in ("anna", "carin", "dag"))

    def do(self, browser: TestClient, base: str, deed: str, **fields: str) -> str:
        if browser not in self.words:
            self.words[browser] = hidden_fields(browser.get("/console/").text)["csrf"]
        answer = browser.post(f"{base}/{deed}".rstrip("/"), data={"csrf": self.words[browser], **fields})
        self.status = answer.status_code
        return answer.text

    def read(self) -> str:
        return self.do(self.anna, self.at, "reading")

    def keep(self, **said: str) -> str:
        return self.do(self.anna, self.at, "", **said)

    def extract(self) -> str:
        found = re.findall(r"own-data/(\w{32})/paper", self.anna.get(self.at).text)
        return found[0] if found else ""

    def let_go(self, browser: TestClient | None = None) -> str:
        return self.do(browser or self.dag, DEMANDS, f"extracts/{first(self.dag, 'extracts')}")

    def paper(self, **how: str) -> str:
        return self.do(self.anna, self.at, f"{self.extract()}/paper", **how)


def a_person_and_their_sister(line: Hotline) -> Asking:
    """Both wrote, and somebody joined the two: the sister's words are in the person's case."""
    line.text_from(A_STRANGER, THEIRS)
    line.timeline.advance(1)
    line.text_from(A_STRANGER, A_SISTERS)
    line.record_contact("anna")
    with line.db.transaction() as session:
        case = session.get_one(Case, line.case().id)
        own, another = (session.get_one(Approach, one.id) for one in case.approaches)
        own.role, another.role = "self", "relative"
    asking = Asking(line)
    asking.do(asking.anna, f"/console/cases/{asking.reference}", "notes", note=A_NOTE)
    line.wait_until(line.now + timedelta(minutes=1))
    return asking


def mark_of(page: str, words: str) -> str:
    """The mark of the part that has these words."""
    return re.findall(r'name="(withheld\.[^"]+)"', page.partition(words)[2])[0]


@ON_ONE_DATABASE
def test_a_person_gets_what_is_theirs_and_it_shows_neither_the_sisters_words_nor_that_there_are_any(hotline: Hotline):
    asking = a_person_and_their_sister(hotline)
    assert "Ingen begäran är beviljad" in asking.anna.get(asking.at).text
    request = granted(hotline, asking.do, asking.carin, asking.dag)
    page = asking.read()
    assert A_SISTERS in page
    assert "Det följer aldrig med" in page
    asking.keep(**decided(page, request, **{mark_of(page, A_NOTE): "another"}))
    assert "Väntar på att en annan" in asking.anna.get(asking.at).text
    assert asking.extract() == ""

    waiting = asking.dag.get(DEMANDS).text
    assert "26 kap. 1 § OSL" in waiting
    assert not any(words in waiting for words in (asking.reference, THEIRS, A_NOTE)), "who lets it go reads no word"
    asking.let_go()
    paper = asking.paper()
    assert THEIRS in paper
    assert A_SISTERS not in paper
    assert A_NOTE not in paper
    assert "26 kap. 5" not in paper, "a blank would tell that somebody told"
    assert "26 kap. 1 § OSL: uppgiften gäller en annan människa" in paper
    assert "medarbetare 1 (handläggare), öppnade" in paper
    assert ">anna<" not in paper.partition('class="document"')[2]

    told = json.loads(asking.paper(**{"as": "json"}))
    assert [part.get("withheld", "") for part in told["parts"] if part["kind"] == "note"] == ["26 kap. 1 § OSL"]
    assert A_SISTERS not in json.dumps(told, ensure_ascii=False)
    assert len([one for one in told["contacts"] if one["what"] == "approach"]) == 1

    assert "Överlämnat" in asking.do(asking.anna, asking.at, f"{asking.extract()}/given")
    deeds = ("extract.made", "extract.released", "extract.given")
    assert [(one["actor"], one["purpose"]) for deed in deeds for one in log(hotline.db, deed)] == [
        *(("anna", "document"), ("dag", ""), ("anna", "in_person"))
    ]
    assert given_away(hotline) == []


@ON_ONE_DATABASE
def test_it_is_let_go_by_somebody_else_who_is_not_kept_away_from_the_case(hotline: Hotline):
    asking = a_person_and_their_sister(hotline)
    request = granted(hotline, asking.do, asking.carin, asking.dag)
    asking.keep(**decided(asking.read(), request))
    extract = first(asking.dag, "extracts")
    for browser in (signed_in(hotline, "gun"), asking.anna):
        asking.do(browser, DEMANDS, f"extracts/{extract}")
        assert asking.status in (403, 422)
    with hotline.db.transaction() as session:
        case = session.get_one(Case, hotline.case().id)
        case.exclude(named(session, "dag"), by="carin", at=hotline.now)
    asking.do(asking.dag, DEMANDS, f"extracts/{extract}")
    assert asking.status == 422
    asking.do(asking.carin, DEMANDS, f"extracts/{extract}")
    assert asking.status == 200
    assert [entry["actor"] for entry in log(hotline.db, "extract.released")] == ["carin"]
    assert given_away(hotline) == []


@ON_ONE_DATABASE
def test_nothing_is_opened_before_the_log_has_taken_note_and_nothing_typed_is_lost(hotline: Hotline):
    asking = a_person_and_their_sister(hotline)
    request = granted(hotline, asking.do, asking.carin, asking.dag)
    page = asking.read()
    assert [entry["purpose"] for entry in log(hotline.db, "case.revealed")] == ["own_data"]
    mark = mark_of(page, THEIRS)
    again = asking.keep(**decided(page, request, **{mark: "protected"}) | {"way": "mailbox"})
    assert asking.status == 422
    assert "Brevlådan går bara med kvittot" in again
    assert 'value="protected" selected' in again.partition(f'name="{mark}"')[2].partition("</select>")[0]
    assert len(log(hotline.db, "case.revealed")) == 2
    asking.do(asking.dag, asking.at, "reading")
    assert asking.status == 404
    assert given_away(hotline) == []


@ON_ONE_DATABASE
def test_whoever_has_the_receipt_may_read_it_in_the_mailbox_if_they_chose_so(hotline: Hotline):
    receipt = a_receipt(hotline)
    hotline.record_contact("anna")
    hotline.text_from("anna", "1")
    asking = Asking(hotline)
    asking.do(asking.anna, f"/console/cases/{asking.reference}", "letters", words=A_NOTE)
    hotline.wait_until(hotline.now + timedelta(minutes=1))
    request = granted(hotline, asking.do, asking.carin, asking.dag)
    asking.keep(**decided(asking.read(), request) | {"identity": "receipt", "way": "mailbox"})
    asking.let_go()
    told = asking.paper(**{"as": "json"})
    deed = f"{asking.extract()}/given"
    for _ in range(2):
        asking.do(asking.anna, asking.at, deed)
    inside = hotline.open_mailbox(receipt, language="sv")
    assert inside.count("Det här är vad som finns sparat om dig") == 1
    assert inside.count(MESSAGE) == 1
    assert (told.count(A_NOTE), inside.count(A_NOTE)) == (1, 2), "in the mailbox as the letter that it was, too"
    assert not re.search(r"\banna\b", told + inside), "nobody of ours is named"
    assert len(log(hotline.db, "extract.given")) == 1
    assert given_away(hotline) == []


@ON_ONE_DATABASE
def test_what_came_to_the_case_since_it_was_let_go_is_in_no_extract(hotline: Hotline):
    for number, words in ((A_STRANGER, THEIRS), (A_BORROWED_PHONE, A_SISTERS)):
        hotline.text_from(number, words)
        hotline.text_from("anna", f"1 {hotline.cases()[-1].reference}")
        hotline.wait_until(hotline.now + timedelta(minutes=1))
    asking, (older, younger) = Asking(hotline), hotline.cases()
    request = granted(hotline, asking.do, asking.carin, asking.dag)
    asking.keep(**decided(asking.read(), request))
    asking.let_go()
    assert THEIRS in asking.paper()
    asking.do(asking.anna, f"/console/cases/{younger.reference}", "join", same=older.reference, word="handler")
    assert [case.join is not None for case in hotline.cases()] == [False, True]
    for kind in ("paper", "json"):
        shown = asking.paper(**{"as": kind})
        assert asking.status == 409
        assert "ingen har prövat det" in shown
        assert A_SISTERS not in shown
    opened = [entry["object"] for entry in log(hotline.db, "case.revealed")]
    assert opened[-2:] == [older.pseudonym, younger.pseudonym], "of each that was opened there is an entry"
    assert given_away(hotline) == []


@ON_ONE_DATABASE
def test_where_two_cases_that_are_one_have_a_mailbox_each_it_is_handed_over_in_person(hotline: Hotline):
    for _ in range(2):
        a_receipt(hotline)
        hotline.timeline.advance(60)
    older, younger = (case.id for case in hotline.cases())
    with hotline.db.transaction() as session:
        conflicts.join(session, locked(session, younger), locked(session, older), by="anna", at=hotline.now)
    hotline.text_from("anna", f"1 {hotline.cases()[0].reference}")
    asking = Asking(hotline)
    request = granted(hotline, asking.do, asking.carin, asking.dag)
    page = asking.read()
    assert 'value="in_person"' in page
    assert 'value="mailbox"' not in page
    asking.keep(**decided(page, request) | {"identity": "receipt", "way": "mailbox"})
    assert asking.status == 422


def test_what_no_page_of_ours_sends_breaks_nothing_and_a_long_case_is_decided_part_by_part(hotline: Hotline):
    asking = a_person_and_their_sister(hotline)
    request = granted(hotline, asking.do, asking.carin, asking.dag)
    many = {f"withheld.note.{number}": "" for number in range(150)}
    asking.keep(**decided(asking.read(), request) | many | {"parts": "9" * 5000, "withheld.a\0b": "another"})
    assert asking.status == 200
    assert given_away(hotline) == []
