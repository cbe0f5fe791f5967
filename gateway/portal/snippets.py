"""Commands that a developer copies: a token, then the main job, by curl and in Python."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.portal.translation import marked


@dataclass(frozen=True, slots=True)
class Snippet:
    """One step: what it does, and the commands that do it."""

    title: str
    about: str
    curl: str
    python: str


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a longer job."""

    text: str
    method: str
    path: str


_TOKEN = Snippet(
    marked("Get a token"),
    marked(
        "A program acts for its organisation. Its administrator registers it under API clients "
        "and hands over the id and the secret; the token lasts some minutes."
    ),
    """\
export CHANJIAO={url}
export CLIENT_ID=...
export CLIENT_SECRET=...
export TOKEN=$(curl -sS -u "$CLIENT_ID:$CLIENT_SECRET" \\
  -d grant_type=client_credentials "$CHANJIAO/oauth/token" \\
  | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')
""",
    """\
import os, httpx

url = "{url}"
answer = httpx.post(
    f"{{url}}/oauth/token",
    auth=(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]),
    data={{"grant_type": "client_credentials"}},
)
answer.raise_for_status()
token = answer.json()["access_token"]
api = httpx.Client(base_url=url, headers={{"Authorization": f"Bearer {{token}}"}})
""",
)
_PUBLISH = Snippet(
    marked("Publish a post (enterprise)"),
    marked(
        "The key makes a repeated request safe. Where a rule stands against the post, the answer "
        "names the rule, its clause and how to mend it."
    ),
    """\
curl -sS "$CHANJIAO/v1/posts" -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" -H "Idempotency-Key: $(uuidgen)" -d '{{
    "title": "数控车床操作工", "description": "在师傅指导下操作数控车床。",
    "kind": "on_post", "region_code": "330100", "seats": 12,
    "start_on": "2027-03-01", "end_on": "2027-08-31",
    "pay_fen_month": 320000, "hours_day": 8, "days_week": 5, "publish": true }}'
""",
    """\
import uuid

post = {{
    "title": "数控车床操作工", "description": "在师傅指导下操作数控车床。",
    "kind": "on_post", "region_code": "330100", "seats": 12,
    "start_on": "2027-03-01", "end_on": "2027-08-31",
    "pay_fen_month": 320000, "hours_day": 8, "days_week": 5, "publish": True,
}}
answer = api.post("/v1/posts", json=post, headers={{"Idempotency-Key": str(uuid.uuid4())}})
print(answer.status_code, answer.json())
""",
)
_REPORT = Snippet(
    marked("Search posts and read why one stands"),
    marked("Published posts and their reports are open: no token is needed."),
    """\
curl -sS -G "$CHANJIAO/v1/posts" --data-urlencode "q=数控" -H "Accept-Language: zh-CN"
curl -sS "$CHANJIAO/v1/posts/$POST_ID/report" -H "Accept-Language: zh-CN"
""",
    """\
found = api.get("/v1/posts", params={{"q": "数控"}}).json()
for post in found["items"]:
    report = api.get(f"/v1/posts/{{post['id']}}/report").json()
    print(post["title"], report["level"], [one["clause"] for one in report["findings"]])
""",
)
_RULES = Snippet(
    marked("Ask what holds in a place"),
    marked("Every value comes with its document and clause, or says that it is not known."),
    """\
curl -sS "$CHANJIAO/v1/policy-packs/cn-zj-hz/parameters/training.frontline_min"
""",
    """\
held = api.get("/v1/policy-packs/cn-zj-hz/parameters/training.frontline_min").json()
print(held["value"], held["cited"]["number"], held["cited"]["clause"])
""",
)

SNIPPETS = (_TOKEN, _PUBLISH, _REPORT, _RULES)

# The school's side of the main job, in the order in which it is done.
SCHOOL_STEPS = (
    Step(marked("Import the year's students"), "POST", "/v1/rosters/imports"),
    Step(marked("Make a batch"), "POST", "/v1/batches"),
    Step(marked("Offer posts in it"), "POST", "/v1/batches/{batch_id}/posts"),
    Step(marked("Open it for wishes"), "POST", "/v1/batches/{batch_id}/open"),
    Step(marked("Import the students' wishes"), "POST", "/v1/batches/{batch_id}/wishes/imports"),
    Step(marked("Close it for wishes"), "POST", "/v1/batches/{batch_id}/close"),
)
