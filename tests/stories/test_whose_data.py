"""Two municipalities share the line: whose the data are follows from where the person belongs, wherever it is told."""

from __future__ import annotations

import json

from app.retention.shredding import STAYS, belonging
from app.routing.follow_up import FollowUp
from tests.busy_own_data import decided, granted
from tests.calling import signed_in
from tests.dossiers import Desk
from tests.evidence import given_away
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, PROGRAMME
from tests.programme.test_controller import SHARED
from tests.stories.test_own_data import Asking

THEIRS, OURS = "Nämnden i Granne", "Nämnden i Kommunen"


def shared(line: Hotline, position: str) -> None:
    """The same programme, of a line that both municipalities answer for."""
    rows = SHARED.replace("\n[", "\n[knowledge.")
    turned = f'[knowledge]\ninclude = ["minimal"]\nturned = {{ controller = "{position}" }}\n'
    line.apply(f"{PROGRAMME}\n{turned}{rows}")


@ON_ONE_DATABASE
def test_what_a_person_is_given_names_the_board_of_where_they_belong_and_holds_what_was_followed_up(hotline: Hotline):
    shared(hotline, "each")
    hotline.text_from(A_STRANGER, "jag hör hemma i Granne")
    hotline.record_contact("anna")
    asking = Asking(hotline)
    desk = Desk(lambda: signed_in(hotline, "anna"), asking.reference)
    assert f"Personuppgiftsansvarig: {OURS}" in desk.do("dossier", sheet="route")
    desk.screen(belongs="granne")
    assert f"Personuppgiftsansvarig: {THEIRS}" in desk.do("dossier", sheet="route")
    desk.do("follow-ups", moment="in", on="2026-01-02", **{"area.studier": "yes"})
    hotline.fast_forward(minutes=1)

    request = granted(hotline, asking.do, asking.carin, asking.dag)
    asking.keep(**decided(asking.read(), request))
    asking.let_go()
    paper = asking.paper()
    assert THEIRS in paper and OURS not in paper
    assert "Uppföljning när någon går in i eller ut ur SIG" in paper
    told = json.loads(asking.paper(**{"as": "json"}))
    (followed,) = [part["words"] for part in told["parts"] if part["kind"] == "routing_follow_ups"]
    assert told["controller"] == THEIRS
    assert followed["said"]["studier"]["word"] == "yes"
    assert given_away(hotline) == []


def test_what_was_followed_up_is_forgotten_with_the_case():
    assert FollowUp.__tablename__ in belonging(["any"])
    assert FollowUp.__tablename__ not in STAYS
