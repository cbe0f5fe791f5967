"""One rule or one limit of a draft as a form: conditions as nested fieldsets, grant, numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from gateway.portal.credit_words import CREDIT_OFFICE, OUTCOME_KINDS
from gateway.portal.forms import FormError, FormState, Option
from gateway.portal.pages.credit_rule_editor import (
    REFUSED,
    check_content,
    editor_trail,
    finding_lines,
    keep_book,
    read_book,
)
from gateway.portal.problems import ApiProblemError, Problem
from gateway.portal.routing import Page
from gateway.portal.rule_conditions import (
    ROOT,
    Group,
    Node,
    Question,
    changed_fields,
    content_of,
    path_of,
    places_of,
    read_node,
    root_of,
    values_of,
    whole,
    with_part,
    without_part,
)
from gateway.portal.rule_grants import (
    COLUMNS,
    grant_changed,
    grant_values,
    limit_values,
    read_grant,
    read_limit,
    rows_shown,
)
from gateway.portal.rule_names import (
    GRANTS,
    GROUPS,
    LIMITS,
    OPERATORS,
    field_groups,
    options_of,
)
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]
Values = Mapping[str, str | list[str]]

_NEW = "new"
_PLAIN: Body = {"id": "", "title": {"zh": "", "en": ""}, "when": {"all": []}}
_RULE_FIELDS = ("id", "title_zh", "title_en", "overlap_min")
_LIMIT_FIELDS = ("id", "title_zh", "title_en", "kind", "number", "outcome_kinds")


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule as its form holds it."""

    id: str
    title: Mapping[str, str]
    when: Group
    grant: Body
    # In per cent: the rule is for agreed course sequences only, from this overlap on.
    overlap_min: str = ""

    def content(self, fields: Mapping[str, Body]) -> dict[str, Any]:
        when = content_of(self.when, fields)
        told = {"id": self.id, "title": self.title, "when": when, "grant": self.grant}
        if not self.overlap_min:
            return told
        return {**told, "scope": "articulation", "overlap_min": whole(self.overlap_min)}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a rule or limit stands: in which draft, read in which version, at which place."""

    book: Body
    seen: str
    part: str
    index: int

    @property
    def entry(self) -> Body | None:
        """What stands there; None for a new one."""
        entries: Sequence[Body] = self.book["content"].get(self.part, [])
        return entries[self.index] if self.index < len(entries) else None

    def content_with(self, entry: Body) -> dict[str, Any]:
        """Return the draft's content with this entry in its place."""
        content: Body = self.book["content"]
        entries: list[Any] = list(content.get(self.part, []))
        entries[self.index : self.index + 1] = [entry]
        return {**content, self.part: entries}


async def show_rule(visit: Visit) -> Response:
    place, fields = await _place(visit, "rules"), await _fields(visit)
    rule = place.entry or _PLAIN
    root = root_of(rule["when"], _by_name(fields))
    grant = _in_order(rule.get("grant", {}), _by_name(fields))
    overlap_min = str(rule.get("overlap_min", ""))
    shown = _Rule(rule["id"], rule["title"], root, grant, overlap_min)
    return await _rule_page(visit, place, fields, shown)


async def send_rule(visit: Visit) -> Response:
    place, fields = await _place(visit, "rules"), await _fields(visit)
    sent = _sent(visit.form)
    rule = _rule_sent(sent, fields)
    act, _, where = str(visit.form.get("act") or "show").partition(":")
    unsettled = changed_fields(rule.when, sent) or grant_changed(sent)
    if act != "save" or unsettled:
        shown = replace(rule, when=_acted(rule.when, act, where, sent))
        return await _rule_page(visit, place, fields, shown)
    entry = rule.content(_by_name(fields))
    try:
        await keep_book(visit, place.book, {"content": place.content_with(entry)})
    except ApiProblemError as refusal:
        if refusal.problem.status not in REFUSED:
            raise
        errors = _rule_errors(refusal.problem, rule.when, place.index)
        return await _rule_page(visit, place, fields, rule, errors=errors)
    return _back(visit, place)


async def show_limit(visit: Visit) -> Response:
    place, fields = await _place(visit, "limits"), await _fields(visit)
    form = FormState(_LIMIT_FIELDS, limit_values(place.entry or {}))
    return await _limit_page(visit, place, fields, form)


async def send_limit(visit: Visit) -> Response:
    place, fields = await _place(visit, "limits"), await _fields(visit)
    limit = read_limit(_sent(visit.form))
    form = FormState(_LIMIT_FIELDS, limit_values(limit))
    try:
        await keep_book(visit, place.book, {"content": place.content_with(limit)})
    except ApiProblemError as refusal:
        if refusal.problem.status not in REFUSED:
            raise
        errors = _entry_errors(refusal.problem, f"limits.{place.index}.", _LIMIT_NAMES)
        return await _limit_page(visit, place, fields, replace(form, errors=errors))
    return _back(visit, place)


def _back(visit: Visit, place: _Place) -> Response:
    said = visit.texts.gettext("The draft is kept and checked.")
    return visit.redirect(f"/credits/rules/{place.book['id']}/edit", notice=said)


async def _place(visit: Visit, part: str) -> _Place:
    book, seen = await read_book(visit)
    told = str(visit.request.path_params["place"])
    count = len(book["content"].get(part, []))
    index = count if told == _NEW else whole(told)
    if not isinstance(index, int) or not 0 <= index < count + (told == _NEW):
        raise NotFoundError
    # A form that was sent says which version it was opened on.
    return _Place(book, str(visit.form.get("seen") or seen), part, index)


async def _fields(visit: Visit) -> Body:
    return (await visit.api.get("/v1/credit-rulebooks/fields")).body


def _by_name(fields: Body) -> dict[str, Body]:
    return {one["name"]: one for one in fields["fields"]}


def _in_order(grant: Body, known: Mapping[str, Body]) -> Body:
    """Return a table with its rows in the order of the fields' values; others as they are."""
    if "table" not in grant:
        return grant
    orders = [list(known[name]["values"]) for name in grant["by"]]

    def place(row: tuple[str, int]) -> list[int]:
        return [order.index(part) for order, part in zip(orders, row[0].split("/"), strict=True)]

    return {**grant, "table": dict(sorted(grant["table"].items(), key=place))}


def _sent(form: FormData) -> dict[str, str | list[str]]:
    """Return what a form tells: one text, or several of the same name."""
    told: dict[str, str | list[str]] = {}
    for name in form:
        values = [one.strip() for one in form.getlist(name) if isinstance(one, str)]
        told[name] = values[0] if len(values) == 1 else values
    return told


def _rule_sent(sent: Values, fields: Body) -> _Rule:
    told = FormState(values=sent)
    known = _by_name(fields)
    root = read_node(sent)
    return _Rule(
        id=told.value("id"),
        title={"zh": told.value("title_zh"), "en": told.value("title_en")},
        when=_known(root, known) if isinstance(root, Group) else Group(),
        grant=read_grant(sent),
        overlap_min=told.value("overlap_min"),
    )


def _known(group: Group, fields: Mapping[str, Body]) -> Group:
    """Return the group without questions about fields that nobody offered."""
    kept: list[Node] = []
    for part in group.parts:
        if isinstance(part, Group):
            kept.append(_known(part, fields))
        elif part.field in fields:
            kept.append(part)
    return replace(group, parts=tuple(kept))


def _acted(root: Group, act: str, where: str, sent: Values) -> Group:
    """Return the condition after a button: a question or a group added, a part taken out."""
    told: Node = root
    if act == "add" and (name := FormState(values=sent).value(f"{where}.new")):
        told = with_part(root, path_of(where), Question(name))
    elif act == "group":
        told = with_part(root, path_of(where), Group("any"))
    elif act == "remove":
        told = without_part(root, path_of(where))
    return told if isinstance(told, Group) else root


_RULE_NAMES: Mapping[str, str] = {"title": "title_zh"}
_LIMIT_NAMES: Mapping[str, str] = {
    "title": "title_zh",
    "amount": "number",
    "percent": "number",
    "count": "number",
}


def _entry_errors(problem: Problem, prefix: str, names: Mapping[str, str]) -> tuple[FormError, ...]:
    """Return the faults of a draft as errors of the form: other places' faults have no field."""
    found: list[FormError] = []
    for fault in problem.faults:
        name = fault.field_name or ""
        own = name.removeprefix(prefix) if name.startswith(prefix) else ""
        field = names.get(own, own.partition(".")[0]) or None
        found.append(FormError(fault.text, field))
    return tuple(found) or (FormError(f"{problem.title} {problem.detail}".strip()),)


def _rule_errors(problem: Problem, root: Group, index: int) -> tuple[FormError, ...]:
    places = places_of(root, pointer=f"/rules/{index}/when")
    names = dict(_RULE_NAMES)
    for fault in problem.faults:
        pointer, own = fault.pointer or "", (fault.field_name or "").split(".", 2)[-1]
        nearest = max((at for at in places if pointer.startswith(at)), key=len, default=None)
        if nearest:
            names[own] = places[nearest]
        elif own.startswith("grant"):
            names[own] = {
                "grant.fixed": "grant.amount",
                "grant.course_percent": "grant.percent",
            }.get(own, "grant.kind")
    return _entry_errors(problem, f"rules.{index}.", names)


async def _rule_page(
    visit: Visit, place: _Place, fields: Body, rule: _Rule, *, errors: tuple[FormError, ...] = ()
) -> Response:
    texts, known = visit.texts, _by_name(fields)
    entry = rule.content(known)
    found = await check_content(visit, place.book, place.content_with(entry))
    values = {
        "id": rule.id,
        "title_zh": rule.title["zh"],
        "title_en": rule.title["en"],
        "overlap_min": rule.overlap_min,
        **grant_values(rule.grant),
        **values_of(rule.when, known),
    }
    context = {
        "form": FormState(_RULE_FIELDS, values, errors),
        "place": place,
        "root": rule.when,
        "root_path": ROOT,
        "known": known,
        "choices_of": {name: _choices(visit, field) for name, field in known.items()},
        "field_groups": field_groups(texts, fields["fields"]),
        "group_kinds": [Option(key, texts.gettext(said)) for key, said in GROUPS.items()],
        "operators": {
            kind: options_of(texts, OPERATORS, names) for kind, names in fields["operators"].items()
        },
        "grants": options_of(texts, GRANTS, fields["grants"]),
        "grant": values["grant.kind"],
        "columns": range(COLUMNS),
        "row_count": rows_shown(rule.grant),
        "choosers": [
            Option("", "—"),
            *(
                Option(one["name"], one["title"][visit.language])
                for one in fields["fields"]
                if one["type"] == "choice"
            ),
        ],
        "by": [known[name] for name in rule.grant.get("by", []) if name in known],
        "depth_max": fields["depth_max"],
        **_said(visit, found, rule.id),
    }
    title = texts.gettext("Rule %(number)s") % {"number": place.index + 1}
    return visit.render(
        "credits/rule_form.html",
        context,
        title=title,
        breadcrumb=editor_trail(visit, place.book),
        status=422 if errors else 200,
    )


async def _limit_page(visit: Visit, place: _Place, fields: Body, form: FormState) -> Response:
    texts = visit.texts
    limit = read_limit(form.values)
    found = await check_content(visit, place.book, place.content_with(limit))
    context = {
        "form": form,
        "place": place,
        "kinds": options_of(texts, LIMITS, fields["limits"]),
        "outcome_kinds": options_of(texts, OUTCOME_KINDS, list(OUTCOME_KINDS)),
        **_said(visit, found, str(limit["id"])),
    }
    title = texts.gettext("Limit %(number)s") % {"number": place.index + 1}
    return visit.render(
        "credits/limit_form.html",
        context,
        title=title,
        breadcrumb=editor_trail(visit, place.book),
        status=422 if form.errors else 200,
    )


def _choices(visit: Visit, field: Body) -> list[Option]:
    """Return the values that a field may have, where they are enumerated."""
    say = visit.texts.gettext
    if field["type"] == "flag":
        return [Option("true", say("Yes")), Option("false", say("No"))]
    return [Option(value, words[visit.language]) for value, words in field["values"].items()]


def _said(visit: Visit, found: Body | None, name: str) -> dict[str, Any]:
    """Return what the entry says in both languages, and what the checker found about it."""
    words = [one["words"] for one in found["words"] if one["id"] == name] if found else []
    lines = finding_lines(visit, found)
    return {
        "words": words[0] if words else None,
        "findings": [line for line in lines if name in line[2]],
        "elsewhere": sum(name not in line[2] for line in lines),
    }


_RULE = "/credits/rules/{book_id}/edit/rules/{place}"
_LIMIT = "/credits/rules/{book_id}/edit/limits/{place}"

PAGES = (
    Page(_RULE, show_rule, "credit_rule", CREDIT_OFFICE),
    Page(_RULE, send_rule, "credit_rule_save", CREDIT_OFFICE, ("POST",)),
    Page(_LIMIT, show_limit, "credit_limit", CREDIT_OFFICE),
    Page(_LIMIT, send_limit, "credit_limit_save", CREDIT_OFFICE, ("POST",)),
)
