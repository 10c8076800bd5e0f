"""The page about colleagues, for whoever administers or oversees."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import HTMLResponse

from app.console.doors import SignedIn
from app.console.paper import paper_for
from app.console.people_rows import rows
from app.console.site import Site
from app.programme.apply import current
from app.programme.named import places_naming
from app.staff import cut_offs
from app.staff.roles import Role
from app.staff.signin import LINK_LASTS
from app.staff.trouble_models import WHY_CUT_OFF, WHY_RESET


def page(
    site: Site, who: SignedIn, *, at: datetime, mistake: str = "", about: str = "", link: str = ""
) -> HTMLResponse:
    """The page. `link`: a new one, for the colleague `about`, which nothing shows again."""
    with site.db.reading() as session:
        programme = current(session)
        return paper_for(session, site, who, at=at).show(
            "people",
            status=422 if mistake else 200,
            mistake=mistake,
            about=about,
            link=f"{site.here.origin}/console/enrol/{link}" if link else "",
            lasts=int(LINK_LASTS.total_seconds() // 60),
            people=rows(session, site, who, at=at),
            barred=[(one, places_naming(programme, one.alias)) for one in cut_offs.standing(session)],
            why_reset=WHY_RESET,
            why_cut_off=WHY_CUT_OFF,
            is_admin=who.may(Role.ADMIN),
            staff_hold=site.rota.folder is not None,
        )
