"""For which of their organisations a person acts."""

from __future__ import annotations

from starlette.responses import Response

from gateway.portal.access import SIGNED_IN
from gateway.portal.forms import FormState, Option
from gateway.portal.naming import kind_title, role_titles
from gateway.portal.protection import safe_return
from gateway.portal.routing import Page
from gateway.portal.visits import Visit


async def show_acting(visit: Visit) -> Response:
    assert visit.caller is not None, "the page is for signed-in people"
    titles = await role_titles(visit)
    options = [
        Option(
            one.org_id,
            one.org_name,
            " · ".join(
                [
                    kind_title(one.org_kind, visit.texts),
                    *(titles[role] for role in sorted(one.roles) if role in titles),
                ]
            ),
        )
        for one in visit.caller.memberships
    ]
    form = FormState(("org_id",), {"org_id": visit.caller.acting_org_id or ""})
    context = {
        "form": form,
        "options": options,
        "next": safe_return(visit.request.query_params.get("next")),
    }
    title = visit.texts.gettext("For whom do you act?")
    return visit.render("acting/acting.html", context, title=title)


async def choose_acting(visit: Visit) -> Response:
    assert visit.caller is not None, "the page is for signed-in people"
    wanted, leads_to = visit.form.get("org_id"), visit.form.get("next")
    for membership in visit.caller.memberships:
        if membership.org_id == wanted:
            visit.act_for(membership.org_id)
    return visit.redirect(safe_return(leads_to if isinstance(leads_to, str) else None))


PAGES = (
    Page("/acting", show_acting, "acting", SIGNED_IN),
    Page("/acting", choose_acting, "acting_sent", SIGNED_IN, ("POST",)),
)
