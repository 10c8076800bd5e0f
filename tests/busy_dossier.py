"""The busy day's dossier: every deed there is on it, with words that nobody may ever find."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from tests.dossiers import A_CONSENT, CONDITIONS, WANTS_OUT, Desk, hidden_value, link_in

NEIGHBOUR = "neighbour"


def the_way_on(
    handler: TestClient, second: TestClient, reference: str, *, handed_in: Callable[[str], str], says: str
) -> None:
    """Asked, decided, declined and accepted, consented and withdrawn, told to the police, a child reported."""
    desk, other = Desk(lambda: handler, reference), Desk(lambda: second, reference)
    desk.cover()
    desk.screen(weapons_at_home="yes", in_household="1", **WANTS_OUT)
    desk.do("steps", step="weapons", became="done", note=says)
    _an_offer(desk, says)
    _something_leaves(desk, other, says)
    _handed_over_to_ourselves(desk, handler, handed_in, says)
    _a_child(desk, says)
    _followed_up(desk)
    _a_meeting(desk, other, says)
    _with_a_colleague(desk, says)
    desk.do("side", side="advice")


def _an_offer(desk: Desk, says: str) -> None:
    asked = desk.decide("Barnspåret", reason=says)
    assert "väntar på svar" in asked
    desk.look("/console/offers")
    for answer in ("declined", "accepted"):
        desk.press(link_in(desk.cover(), r"(/console/offers/\w+/answer)"), answer=answer, because="full")


def _something_leaves(desk: Desk, other: Desk, says: str) -> None:
    told = {"receiver": "police-region", "basis": "consent", "reason": says, "field.threat": says}
    desk.do("consents", **A_CONSENT, **{"scope.threat": "yes", "scope.place": "yes"})
    desk.do("disclosures", **told, **CONDITIONS, **{"field.place": "yes"})
    waiting = link_in(other.cover(), r"(disclosures/\w+)/reading")
    assert says in other.do(f"{waiting}/reading")
    other.do(f"{waiting}/second", agreed="yes")
    desk.press(link_in(desk.do("dossier", sheet="leaving"), r"(/console/cases/\w+/consents/\w+/withdrawal)"))


def _handed_over_to_ourselves(desk: Desk, handler: TestClient, handed_in: Callable[[str], str], says: str) -> None:
    """Packed for a house that is our own: on paper, as a file, in at the door, taken, read; one is declined and its
    receipt comes in at the door, one is accepted, and one waits."""
    desk.do("consents", **A_CONSENT | {"to": "other_municipality"}, **{"scope.threat": "yes"})
    told = {"receiver": NEIGHBOUR, "basis": "consent", "reason": says, "field.threat": says}
    for answer in ("declined", "accepted", ""):
        disclosure = link_in(desk.do("disclosures", **told, **CONDITIONS), r"disclosures/(\w+)/paper")
        desk.do(f"disclosures/{disclosure}/paper")
        package = link_in(desk.do("handovers", disclosure=disclosure), r"handovers/(\w+)/file")
        handler.post("/handover", data={"text": desk.do(f"handovers/{package}/file")})
        if answer:
            there = Desk(lambda package=package: handler, handed_in(package))
            there.do("hold")
            there.do(f"arrivals/{package}/reading")
            there.do(f"arrivals/{package}/answer", answer=answer, because="full")
        if answer == "declined":
            handler.post("/handover", data={"text": there.do(f"handovers/{package}/file")})


def _a_child(desk: Desk, says: str) -> None:
    desk.do("children", age="4", guardian="person", needs=says)
    desk.do("protection", found="at_risk", done=says)
    desk.do("concerns", made="no", why_not=says)
    page = desk.do("concerns", made="yes", board="Barn", seen=says)
    assert says in desk.press(link_in(page, r"(/console/cases/\w+/concerns/\w+)"))


def _followed_up(desk: Desk) -> None:
    """In on one day, out on a later one, with a debt that is a risk."""
    into = {"moment": "in", "on": "2026-01-02", "area.arbete": "no", "area.skulder-kriminella": "yes"}
    out = {"moment": "out", "on": "2026-01-05", "ended": "goals-met", "area.arbete": "yes"}
    for filled_in in (into, out):
        since = hidden_value(desk.do("dossier", sheet="follow_up"), "since")
        assert "Ingen uppföljning" not in desk.do("follow-ups", since=since, **filled_in)


def _a_meeting(desk: Desk, other: Desk, says: str) -> None:
    """A place is approved and closed; two go to a meeting and come back; a tag, and going on in spite of one."""
    page = other.press("/console/places", name="Eken")
    place = link_in(page, r"/console/places/(\w+)/closing")
    soon = {"starts": "2026-02-01T14:00", "minutes": "60", "first": "anna", "second": "bo"}
    meeting = link_in(desk.do("meetings", place=place, **soon), r"(meetings/\w+/check-in)")
    desk.do(meeting, how="safe")
    _shut_and_opened(desk, other, place, says)
    other.press(f"/console/places/{place}/closing")
    desk.do("collisions", code="Granen", side="Norr", note=says)
    desk.do("collisions/overrides", what="place", about=place, because=says)
    asked = link_in(other.look(f"{other.at}/meetings"), r"(collisions/overrides/\w+/second)")
    other.do(asked, agreed="yes")


def _shut_and_opened(desk: Desk, other: Desk, place: str, says: str) -> None:
    """Something happens at the place; one asks to open it again, another agrees."""
    desk.do("incidents", where=place, kind="other", when="2026-01-05T00:30", words=says)
    desk.press(f"/console/places/{place}/opening", because="looked_over")
    other.press(f"/console/places/{place}/opening/second", agreed="yes")


def _with_a_colleague(desk: Desk, says: str) -> None:
    """Something is to be done, which is moved and done; a colleague is brought in, and let go."""
    task = link_in(desk.do("to-dos", kind="other", day="2026-02-01", words=says), r"(to-dos/\w+)/end")
    desk.do(f"{task}/day", day="2026-02-02")
    desk.do(f"{task}/end", how="done")
    page = desk.do("co-handlers", beside="fatima", why="support", until="2026-02-01")
    desk.do(link_in(page, r"(co-handlers/\w+/end)"))
