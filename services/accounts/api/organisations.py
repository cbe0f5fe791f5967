"""Organisations and their sites over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response, Security

from services.accounts.api.access import AtDesk
from services.accounts.contract.organisations import (
    LookupIn,
    LookupOut,
    OrganisationIn,
    OrganisationKindName,
    OrganisationOut,
    OrganisationPatch,
    SiteIn,
    SiteOut,
    SitesOut,
)
from services.accounts.flows.register_organisation import (
    OrganisationFacts,
    add_site,
    change_organisation,
    change_site,
    register_organisation,
)
from services.accounts.store import organisations
from shared.http.caller import AnyCaller, Caller, SignedIn, caller_with_scopes
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.kernel.errors import ForbiddenError, NotFoundError
from shared.policies.jurisdiction import region_prefix

router = new_router("organisations")

Writer = Annotated[Caller, Security(caller_with_scopes, scopes=["organisations:write"])]


@router.get("/organisations")
async def search_organisations(
    _caller: AnyCaller,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    q: Annotated[str | None, Query(max_length=100, description="name or pinyin")] = None,
    kind: OrganisationKindName | None = None,
    region: Annotated[str | None, Query(pattern=r"^\d{6}$", description="GB/T 2260")] = None,
    code: Annotated[str | None, Query(max_length=18, description="USCC or school code")] = None,
    verified: Literal["true", "false"] | None = None,
) -> Page[OrganisationOut]:
    """Search organisations; anyone may, in the order of their names' pinyin."""
    sought = organisations.Sought(
        text=q.strip() if q else None,
        kind=kind,
        region_prefix=region_prefix(region) if region else None,
        code=code,
        verified=None if verified is None else verified == "true",
    )
    rows = await organisations.search(tx, sought, after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda each: (each.sort_key, each.id),
        request=request,
        response=response,
    )
    return Page(items=[OrganisationOut.model_validate(each) for each in shown], next=following)


@router.post("/organisations", status_code=201, dependencies=[Keyed])
async def create_organisation(
    body: OrganisationIn, caller: Writer, desk: AtDesk, tx: InTx, response: Response
) -> OrganisationOut:
    """Register an organisation; the operator does."""
    if not caller.is_platform:
        raise ForbiddenError(needs="operator")
    facts = OrganisationFacts(**body.model_dump())
    organisation = await register_organisation(desk, tx, caller, facts)
    response.headers["Location"] = f"/v1/organisations/{organisation.id}"
    set_etag(response, organisation.version)
    return OrganisationOut.model_validate(organisation)


@router.post("/organisations/lookup")
async def lookup_organisations(body: LookupIn, _caller: SignedIn, tx: InTx) -> LookupOut:
    """Return many organisations by id."""
    found = await organisations.find_many(tx, body.ids)
    known = [found[each] for each in dict.fromkeys(body.ids) if each in found]
    return LookupOut(items=[OrganisationOut.model_validate(each) for each in known])


@router.get("/organisations/{organisation_id}")
async def read_organisation(
    organisation_id: UUID, _caller: AnyCaller, tx: InTx, response: Response
) -> OrganisationOut:
    """Return what anyone may know of one organisation."""
    organisation = await organisations.find(tx, organisation_id)
    if organisation is None:
        raise NotFoundError(organisation_id=str(organisation_id))
    set_etag(response, organisation.version)
    return OrganisationOut.model_validate(organisation)


@router.patch("/organisations/{organisation_id}")
async def patch_organisation(
    organisation_id: UUID,
    body: OrganisationPatch,
    caller: Writer,
    desk: AtDesk,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
) -> OrganisationOut:
    """Change one's own organisation; verified facts and the state are for the operator."""
    changes = body.model_dump(exclude_unset=True)
    if "status" in changes and not caller.is_platform:
        raise ForbiddenError(needs="operator")
    organisation = await change_organisation(
        desk, tx, caller, org_id=organisation_id, changes=changes, seen=seen
    )
    set_etag(response, organisation.version)
    return OrganisationOut.model_validate(organisation)


@router.get("/organisations/{organisation_id}/sites")
async def list_sites(organisation_id: UUID, _caller: SignedIn, tx: InTx) -> SitesOut:
    """Return the sites (厂区) of an organisation."""
    if await organisations.find(tx, organisation_id) is None:
        raise NotFoundError(organisation_id=str(organisation_id))
    found = await organisations.list_sites(tx, organisation_id)
    return SitesOut(items=[SiteOut.model_validate(each) for each in found])


@router.post("/organisations/{organisation_id}/sites", status_code=201, dependencies=[Keyed])
async def create_site(
    organisation_id: UUID, body: SiteIn, caller: Writer, desk: AtDesk, tx: InTx, response: Response
) -> SiteOut:
    """Add a site to one's own organisation."""
    site = await add_site(desk, tx, caller, org_id=organisation_id, told=body.model_dump())
    response.headers["Location"] = f"/v1/organisations/{organisation_id}/sites/{site.id}"
    set_etag(response, site.version)
    return SiteOut.model_validate(site)


@router.get("/organisations/{organisation_id}/sites/{site_id}")
async def read_site(
    organisation_id: UUID, site_id: UUID, _caller: SignedIn, tx: InTx, response: Response
) -> SiteOut:
    """Return one site of an organisation."""
    site = await organisations.find_site(tx, organisation_id, site_id)
    if site is None:
        raise NotFoundError(site_id=str(site_id))
    set_etag(response, site.version)
    return SiteOut.model_validate(site)


@router.put("/organisations/{organisation_id}/sites/{site_id}")
async def put_site(
    organisation_id: UUID,
    site_id: UUID,
    body: SiteIn,
    caller: Writer,
    desk: AtDesk,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
) -> SiteOut:
    """Replace what is said of a site of one's own organisation."""
    site = await change_site(
        desk, tx, caller, org_id=organisation_id, site_id=site_id, told=body.model_dump(), seen=seen
    )
    set_etag(response, site.version)
    return SiteOut.model_validate(site)
