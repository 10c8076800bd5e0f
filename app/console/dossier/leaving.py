"""What leaves the house: consents, and disclosures on a legal basis; those that take two people wait for a second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.console.deeds import ADeed
from app.console.doors import from_our_pages
from app.console.dossier import fields, handing_over
from app.console.dossier.fields import Mistakes, Posted
from app.console.dossier.reading import Reading
from app.console.dossier.sheet import SHOWN, Sheet, turn
from app.console.site import ASite
from app.programme.knowledge_words import ConsentTo
from app.routing import disclosures, grounds
from app.routing.answers import Consent
from app.routing.consents import How, Scope, covered, whose_consent
from app.routing.disclosures import LONGEST_FIELD
from app.routing.grounds import TWO_PEOPLE, Wanted
from app.web import Now
from app.web import Posted as APosted

router = APIRouter(prefix="/console/cases/{reference}/disclosures", dependencies=[Depends(from_our_pages)])

USUALLY = timedelta(days=90)
"""Until when a consent is asked for, unless somebody says otherwise."""


@router.post("")
def disclose(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Decide what leaves. Nothing is sent: whoever decided it tells the receiver, and this is what they may say."""

    def write(reading: Reading) -> Mistakes:
        wanted = _wanted(posted)
        wrong = {**against(reading, wanted), **_too_long(wanted)}
        if not wrong:
            source, subject = fields.source(posted), reading.subject
            disclosures.disclose(
                reading.session, subject, wanted, reading.knowledge, by=reading.by, at=now, source=source
            )
        return wrong

    return turn(site, reference, who, Sheet.LEAVING, at=now, write=write, posted=posted)


def against(reading: Reading, wanted: Wanted) -> Mistakes:
    """What speaks against it at this moment, by what is known of the person and their consents."""
    said, age = reading.consents(), reading.answers().age
    allowed = {to: frozenset(each.value for each in covered(said, to, at=reading.at)) for to in ConsentTo}
    found = grounds.obstacles(wanted, reading.standing, age=age, covered=allowed)
    return dict(reversed([*found]))  # of several about one field the first


def shown(reading: Reading, posted: Posted) -> Mapping[str, object]:
    """Every consent and every disclosure, and what may be chosen for another."""
    knowledge, standing = reading.knowledge, reading.standing
    return {
        "typed": posted,
        "consents": [(row, given, row.counts(reading.at)) for row, given in reversed(reading.consents())],
        "receivers_of": [each.value for each in ConsentTo],
        "answers": [each.value for each in (Consent.GIVEN, Consent.REFUSED)],
        "hows": [each.value for each in How],
        "whose": [each.value for each in whose_consent(reading.answers().age)],
        "scopes": [each.value for each in Scope],
        "two_people": sorted(TWO_PEOPLE),
        "until": reading.on + USUALLY,
        "disclosures": [*reversed(disclosures.disclosures_in(reading.session, reading.cases, reading.keys))],
        "receivers": {id_: row.name for id_, row in grounds.receivers(standing).items()},
        "bases": grounds.bases(standing),
        "names": {id_: row.name for id_, row in knowledge.receiver.items()},
        "most": LONGEST_FIELD,
        **handing_over.shown(reading),
    }


def _wanted(posted: Posted) -> Wanted:
    basis = posted.get("basis", "")
    told = {each.value: fields.words(posted, f"field.{each.value}") for each in Scope}
    return Wanted(
        receiver=posted.get("receiver", ""),
        basis=basis,
        ticked=frozenset(fields.ticked(posted, f"condition.{basis}.")) if basis else frozenset(),
        fields={name: words for name, words in told.items() if words},
        because=fields.words(posted, "reason"),
    )


def _too_long(wanted: Wanted) -> Mistakes:
    is_long = any(len(words) > LONGEST_FIELD for words in (*wanted.fields.values(), wanted.because))
    return {"fields": "mistake.too_long"} if is_long else {}


SHOWN[Sheet.LEAVING] = shown
