"""People of an organisation, their roles, and what a person may do with their own account."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, Security

from services.accounts.api.access import AtDesk, own_org
from services.accounts.contract.people import (
    ActivationOut,
    MemberBrief,
    MemberOut,
    MembershipIn,
    MeOut,
    MePatch,
    NewPeopleOut,
    NewPersonOut,
    PeopleIn,
    PersonIn,
    PersonPatch,
    PersonRowIn,
    RoleOut,
    RolesOut,
)
from services.accounts.contract.sessions import PasswordIn
from services.accounts.domain.person import Person, mask_email, mask_phone
from services.accounts.domain.roles import ROLES
from services.accounts.flows.create_people import CreatedPerson, PersonRow, create_people
from services.accounts.flows.keep_people import (
    change_own,
    change_password,
    change_person,
    end_membership,
    load_member,
    note_access,
    put_membership,
    renew_activation,
)
from services.accounts.flows.register_organisation import load_own
from services.accounts.store import people
from services.accounts.store.people import Member
from shared.http.caller import Caller, SignedIn, Themselves, caller_with_scopes
from shared.http.language import language_of
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed, remember_instead
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.kernel.errors import ForbiddenError, NotFoundError

router = new_router("people")

Keeper = Annotated[Caller, Security(caller_with_scopes, scopes=["people:write"])]
OrgId = Annotated[UUID | None, Query(description="the operator names any organisation")]


@router.post("/people", status_code=201, dependencies=[Keyed])
async def create_person(
    body: PersonIn,
    caller: Keeper,
    desk: AtDesk,
    tx: InTx,
    request: Request,
    response: Response,
) -> NewPersonOut:
    """Give a person an account and roles; the activation code is in the first answer only."""
    organisation = await load_own(tx, caller, own_org(caller, body.org_id))
    row = _row(body, "", body.password)
    created = await create_people(desk, tx, caller, organisation=organisation, rows=[row])
    response.headers["Location"] = f"/v1/people/{created[0].person.id}"
    response.headers["Cache-Control"] = "no-store"
    shown = _show_new(created[0])
    remember_instead(request, _without_code(shown))
    return shown


@router.post("/people/bulk", status_code=201, dependencies=[Keyed])
async def create_many_people(
    body: PeopleIn,
    caller: Keeper,
    desk: AtDesk,
    tx: InTx,
    request: Request,
    response: Response,
) -> NewPeopleOut:
    """Give many people accounts (a year of students): all of them, or none."""
    organisation = await load_own(tx, caller, own_org(caller, body.org_id))
    rows = [_row(row, f"/rows/{index}", None) for index, row in enumerate(body.rows)]
    created = await create_people(desk, tx, caller, organisation=organisation, rows=rows)
    response.headers["Cache-Control"] = "no-store"
    shown = [_show_new(each) for each in created]
    remember_instead(request, NewPeopleOut(items=[_without_code(each) for each in shown]))
    return NewPeopleOut(items=shown)


@router.get("/people")
async def list_people(
    caller: Keeper,
    desk: AtDesk,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    org_id: OrgId = None,
    role: Annotated[str | None, Query(max_length=32)] = None,
    q: Annotated[str | None, Query(max_length=100, description="name, login or number")] = None,
) -> Page[MemberBrief]:
    """List the people of one's organisation; telephone and e-mail are masked."""
    own = own_org(caller, org_id)
    rows = await people.list_members(
        tx,
        own,
        role=role,
        text=q.strip() if q else None,
        after=UUID(paging.after[0]) if paging.after else None,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda each: (each.membership.id,),
        request=request,
        response=response,
    )
    await note_access(desk, tx, caller, org_id=own, person_id=None)
    return Page(items=[_show_brief(each) for each in shown], next=following)


@router.get("/people/roles")
async def list_roles(caller: SignedIn, request: Request) -> RolesOut:
    """List the roles that people of one's own kind of organisation may have."""
    language = language_of(request.headers.get("accept-language"))
    return RolesOut(
        items=[
            RoleOut(
                name=role.name,
                title=role.title.in_language(language),
                scopes=sorted(role.scopes),
            )
            for role in ROLES.values()
            if caller.org_kind in role.kinds
        ]
    )


@router.get("/people/{person_id}")
async def read_person(
    person_id: UUID,
    caller: Keeper,
    desk: AtDesk,
    tx: InTx,
    response: Response,
    org_id: OrgId = None,
) -> MemberOut:
    """Return one person of one's organisation."""
    own = own_org(caller, org_id)
    member = await load_member(tx, own, person_id)
    await note_access(desk, tx, caller, org_id=own, person_id=person_id)
    set_etag(response, member.person.version)
    return _show(member)


@router.patch("/people/{person_id}")
async def patch_person(
    person_id: UUID,
    body: PersonPatch,
    caller: Keeper,
    desk: AtDesk,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
    org_id: OrgId = None,
) -> MemberOut:
    """Change an account that one's organisation keeps."""
    changes = body.model_dump(exclude_unset=True)
    own = own_org(caller, org_id)
    await change_person(
        desk, tx, caller, org_id=own, person_id=person_id, changes=changes, seen=seen
    )
    member = await load_member(tx, own, person_id)
    set_etag(response, member.person.version)
    return _show(member)


@router.post("/people/{person_id}/activation", status_code=201, dependencies=[Keyed])
async def create_activation(
    person_id: UUID,
    caller: Keeper,
    desk: AtDesk,
    tx: InTx,
    request: Request,
    response: Response,
    org_id: OrgId = None,
) -> ActivationOut:
    """Void a forgotten password: hand out a one-time code, end every session."""
    fresh = await renew_activation(
        desk, tx, caller, org_id=own_org(caller, org_id), person_id=person_id
    )
    response.headers["Cache-Control"] = "no-store"
    shown = ActivationOut(activation_code=fresh.code, activation_until=fresh.until)
    remember_instead(request, shown.model_copy(update={"activation_code": None}))
    return shown


@router.put("/people/{person_id}/membership")
async def set_membership(
    person_id: UUID,
    body: MembershipIn,
    caller: Keeper,
    desk: AtDesk,
    tx: InTx,
    org_id: OrgId = None,
) -> MemberOut:
    """Give a person roles and a number in one's organisation."""
    organisation = await load_own(tx, caller, own_org(caller, org_id))
    await put_membership(
        desk,
        tx,
        caller,
        organisation=organisation,
        person_id=person_id,
        roles=body.roles,
        member_no=body.member_no,
    )
    return _show(await load_member(tx, organisation.id, person_id))


@router.delete("/people/{person_id}/membership", status_code=204)
async def remove_membership(
    person_id: UUID, caller: Keeper, desk: AtDesk, tx: InTx, org_id: OrgId = None
) -> None:
    """End a person's roles in one's organisation."""
    await end_membership(desk, tx, caller, org_id=own_org(caller, org_id), person_id=person_id)


@router.get("/me")
async def read_me(caller: SignedIn, tx: InTx) -> MeOut:
    """Return what the platform keeps of the person who asks (PIPL 45)."""
    person = await people.find(tx, caller.subject)
    if person is None:
        raise NotFoundError
    return _show_me(person, caller)


@router.patch("/me")
async def patch_me(body: MePatch, caller: Themselves, desk: AtDesk, tx: InTx) -> MeOut:
    """Correct or remove one's own telephone number and e-mail address."""
    changes = body.model_dump(exclude_unset=True)
    return _show_me(await change_own(desk, tx, caller, changes=changes), caller)


def _show_me(person: Person, caller: Caller) -> MeOut:
    return MeOut(
        id=person.id,
        login=person.login,
        name=person.name,
        # An app was allowed to act, not to write to the person or to ring them up.
        phone=mask_phone(person.phone) if caller.app else person.phone,
        email=mask_email(person.email) if caller.app else person.email,
        home_org_id=person.home_org_id,
        org_id=caller.org_id,
        roles=sorted(caller.roles),
        scopes=sorted(caller.scopes),
        member_no=caller.member_no,
    )


@router.put("/me/password", status_code=204)
async def put_password(body: PasswordIn, caller: Themselves, desk: AtDesk) -> None:
    """Change one's own password; every session ends."""
    if caller.kind != "person":
        raise ForbiddenError(needs="person")
    await change_password(desk, caller, current=body.current, new=body.new)


def _row(body: PersonRowIn, pointer: str, password: str | None) -> PersonRow:
    return PersonRow(
        pointer=pointer,
        login=body.login,
        name=body.name,
        roles=tuple(body.roles),
        member_no=body.member_no,
        phone=body.phone,
        email=body.email,
        password=password,
    )


def _show_new(new: CreatedPerson) -> NewPersonOut:
    return NewPersonOut(
        id=new.person.id,
        login=new.person.login,
        member_no=new.membership.member_no,
        activation_code=new.activation_code,
        activation_until=new.activation_until,
    )


def _without_code(shown: NewPersonOut) -> NewPersonOut:
    return shown.model_copy(update={"activation_code": None})


def _show_brief(member: Member) -> MemberBrief:
    person = member.person
    return MemberBrief(
        id=person.id,
        login=person.login,
        name=person.name,
        phone=mask_phone(person.phone),
        email=mask_email(person.email),
        roles=list(member.membership.roles),
        member_no=member.membership.member_no,
        status=person.status,
    )


def _show(member: Member) -> MemberOut:
    person = member.person
    return MemberOut(
        id=person.id,
        login=person.login,
        name=person.name,
        phone=person.phone,
        email=person.email,
        roles=list(member.membership.roles),
        member_no=member.membership.member_no,
        status=person.status,
        membership=member.membership.status,
        version=person.version,
    )
