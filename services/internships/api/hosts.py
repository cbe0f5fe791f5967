"""A school's register of hosts over HTTP, and the public list of what it has approved."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.internships.api.desks import AtHostDesk
from services.internships.contract.hosts import (
    ApprovalIn,
    HostIn,
    HostOut,
    HostStateName,
    InspectionIn,
    PublicHostOut,
    RemovalIn,
)
from services.internships.domain.host import Host, ItemFinding, missing_for_approval
from services.internships.flows import keep_hosts
from services.internships.store import hosts
from shared.files import FileNotKeptError, FileStore, as_stream
from shared.http.downloads import as_file
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.sheets import FileEmptyError

router = new_router("hosts")

REPORT_BYTES_MAX = 20 * 1024 * 1024
_REPORT = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _answer(host: Host, response: Response) -> HostOut:
    set_etag(response, host.version)
    return _host_out(host)


def _host_out(host: Host) -> HostOut:
    values = asdict(host)
    return HostOut.model_validate(
        {
            **{name: values[name] for name in HostOut.model_fields if name in values},
            "has_report": host.report_sha256 is not None,
            "missing": missing_for_approval(host),
        }
    )


@router.post("/hosts", status_code=201, dependencies=[Keyed])
async def propose_host(body: HostIn, desk: AtHostDesk, response: Response) -> HostOut:
    """Begin an entry of the school's register for an enterprise."""
    host = await keep_hosts.propose_host(desk, body.enterprise_id)
    response.headers["Location"] = f"/v1/hosts/{host.id}"
    return _answer(host, response)


@router.get("/hosts")
async def list_own_hosts(
    desk: AtHostDesk,
    paging: Paging,
    request: Request,
    response: Response,
    state: Annotated[HostStateName | None, Query()] = None,
) -> Page[HostOut]:
    """Return the school's register with what is not public, the newest entries first."""
    rows = await hosts.list_hosts(
        desk.tx, keep_hosts.school_of(desk), state=state, after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda host: (host.id,), request=request, response=response
    )
    return Page(items=[_host_out(host) for host in shown], next=following)


@router.get("/hosts/public")
async def list_public_hosts(
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    school_id: Annotated[UUID | None, Query(description="one school's register")] = None,
) -> Page[PublicHostOut]:
    """Return approved hosts: the register is public (article 7)."""
    rows = await hosts.list_hosts(
        tx, school_id, state="approved", after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda host: (host.id,), request=request, response=response
    )
    return Page(items=[_public_out(host) for host in shown], next=following)


def _public_out(host: Host) -> PublicHostOut:
    return PublicHostOut.model_validate(
        {name: getattr(host, name) for name in PublicHostOut.model_fields}
    )


@router.get("/hosts/{host_id}")
async def read_host(host_id: UUID, desk: AtHostDesk, response: Response) -> HostOut:
    """Return one entry of the school's register."""
    return _answer(await keep_hosts.find_own_host(desk, host_id), response)


@router.put("/hosts/{host_id}/inspection")
async def put_inspection(
    host_id: UUID, body: InspectionIn, desk: AtHostDesk, seen: SeenVersion, response: Response
) -> HostOut:
    """Keep what a visit found of the eight items."""
    items: dict[str, ItemFinding] = {
        name: ItemFinding(satisfied=item.satisfied, note=item.note)
        for name, item in body.items.items()
    }
    host = await keep_hosts.inspect_host(
        desk,
        host_id,
        items,
        inspected_on=body.inspected_on,
        inspectors=body.inspectors,
        seen=seen,
    )
    return _answer(host, response)


@router.put("/hosts/{host_id}/report", openapi_extra=_REPORT)
async def put_report(
    host_id: UUID, request: Request, desk: AtHostDesk, seen: SeenVersion, response: Response
) -> HostOut:
    """Keep the written report of the inspection; the body is the file itself."""
    await keep_hosts.find_own_host(desk, host_id)
    body = await request.body()
    if not body:
        raise FileEmptyError
    files: FileStore = request.app.state.files
    kept = await files.keep(as_stream(body), bytes_max=REPORT_BYTES_MAX)
    host = await keep_hosts.file_report(desk, host_id, sha256=kept.sha256, seen=seen)
    return _answer(host, response)


@router.get("/hosts/{host_id}/report", response_class=Response)
async def read_report_file(host_id: UUID, request: Request, desk: AtHostDesk) -> Response:
    """Return the written report of one's own inspection."""
    host = await keep_hosts.find_own_host(desk, host_id)
    if host.report_sha256 is None:
        raise FileNotKeptError(host_id=str(host_id))
    files: FileStore = request.app.state.files
    content = await files.read(host.report_sha256)
    # Whatever was uploaded leaves as a download that no browser runs.
    return as_file(content, media_type="application/octet-stream", name="inspection-report")


@router.post("/hosts/{host_id}/approve", dependencies=[Keyed])
async def approve_host(
    host_id: UUID, body: ApprovalIn, desk: AtHostDesk, seen: SeenVersion, response: Response
) -> HostOut:
    """Put a host on the public register, by the school's dated decision."""
    host = await keep_hosts.approve_host(
        desk,
        host_id,
        decided_on=body.decided_on,
        note=body.decision_note,
        public_url=body.public_url,
        new_host=body.new_host,
        seen=seen,
    )
    return _answer(host, response)


@router.post("/hosts/{host_id}/remove", dependencies=[Keyed])
async def remove_host(
    host_id: UUID, body: RemovalIn, desk: AtHostDesk, seen: SeenVersion, response: Response
) -> HostOut:
    """Take a host off the register."""
    host = await keep_hosts.remove_host(desk, host_id, reason=body.reason, seen=seen)
    return _answer(host, response)
