"""The enterprise's side: posts sent one by one or as a file, checked, published, counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.demo.door import expect
from gateway.demo.progress import Figures
from gateway.demo.steps_accounts import Member
from gateway.demo.world import DemoEnterprise, DemoPost

_BLOCKED = "post_blocked"
# Who has so many posts sends a file; who has fewer fills in the form.
FILE_FROM = 1
_IMPORT = "/v1/posts/imports?publish=true"


async def publish_posts(member: Member, enterprise: DemoEnterprise, figures: Figures) -> None:
    """Publish an enterprise's posts; those that a rule stops are counted as refused."""
    if enterprise.source == "advertisement":
        for post in enterprise.posts:
            figures.generated_fields.update(post.generated)
    if len(enterprise.posts) >= FILE_FROM:
        await _import(member, enterprise, figures)
        return
    for post in enterprise.posts:
        await _publish(member, post, figures)


async def _publish(member: Member, post: DemoPost, figures: Figures) -> None:
    answer = await member.actor.call("POST", "/v1/posts", json=dict(post.body))
    if answer.status_code == 422 and answer.json().get("code") == _BLOCKED:
        figures.add("posts refused")
        figures.findings.update((fault["code"], "block") for fault in answer.json()["errors"])
        return
    report: dict[str, Any] = expect(answer).json()["report"]
    figures.add("posts accepted")
    figures.findings.update((each["rule"], each["level"]) for each in report["findings"])


async def _import(member: Member, enterprise: DemoEnterprise, figures: Figures) -> None:
    rows = [import_row(post.body) for post in enterprise.posts]
    told = await member.actor.job(_IMPORT, orjson.dumps(rows), "application/json")
    figures.add("posts accepted", told["published"])
    figures.add("posts refused", told["rows"] - told["published"])
    for rule, levels in told["findings"].items():
        figures.findings.update({(rule, level): number for level, number in levels.items()})


def import_row(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a post as a row of an import: one level, lists as text, no empty cells.

    >>> import_row({"title": "护理", "hazards": [], "skills": ["a", "b"], "publish": True})
    {'title': '护理', 'hazards': '无', 'skills': 'a、b'}
    """
    row = {name: value for name, value in body.items() if name not in {"publish", "wages"}}
    for name, value in row.items():
        if isinstance(value, list):
            row[name] = "、".join(value)
    if body.get("hazards") == []:
        row["hazards"] = "无"
    row |= {f"wage_{name}": fen for name, fen in body.get("wages", {}).items()}
    return {name: value for name, value in row.items() if value != ""}
