"""The facts that this room tells the others: kinds, who takes them, and every field of them.

Delivery is at least once and may change the order of two events of one subject. Every event
therefore carries the whole state after its change and the subject's `version`: keep the highest
version seen and drop what is older. A field is always present; null is "not declared" or "not
yet". Days are `YYYY-MM-DD` (China), instants ISO 8601 with an offset, money whole fen. No name,
enrolment number, free text of a person, private wage or contact leaves this room.

`post.published`, `post.changed` (of a published post), `post.closed`: `subject_id` is the post,
`org_id` its enterprise. Payload:

| field | type | meaning |
|---|---|---|
| `post_id`, `enterprise_id` | uuid | as `subject_id`, `org_id` |
| `version` | int | of the post, grows with each change |
| `state` | `published`, `closed` | after the change |
| `kind` | `orientation`, `on_post` | 认识实习, 岗位实习 |
| `source` | `api`, `import`, `clone` | how the post came |
| `title` | text | as advertised |
| `title_fingerprint` | 32 hex digits | `title_fingerprint(title)`: equal for repeats |
| `region_code` | 6 digits | GB/T 2260 |
| `industry_code` | text or null | GB/T 4754-2017, as deep as declared |
| `occupation_code` | text or null | 职业分类大典 2022, such as `6-18-04-01` |
| `major_codes`, `skills` | list of text | what the post asks for, may be empty |
| `seats` | int | of the post, not those left |
| `pay_fen_day`, `pay_fen_month` | int or null | |
| `start_on`, `end_on` | day | of the internship |
| `apply_until` | day or null | |
| `published_at`, `closed_at` | instant; `closed_at` null until closed | |

`placement.accepted`, `placement.started`, `placement.assessed`, `placement.ended` (ran out, was
broken off or taken back): `subject_id` is the placement, `org_id` its school. Payload:

| field | type | meaning |
|---|---|---|
| `placement_id`, `school_id` | uuid | as `subject_id`, `org_id` |
| `version` | int | of the placement |
| `state` | `accepted`, `started`, `assessed`, `ended`, `cancelled` | after the change |
| `student_id` | uuid | of the roster entry in this room |
| `student_ref` | 64 hex digits | `student_ref(school_id, 学籍号)`: match it with one's own roster |
| `major_code` | text | the student's major (专业代码) |
| `batch_id`, `term` | uuid; text such as `2026-2027-1` | |
| `kind` | `orientation`, `on_post` | of the batch |
| `plan_id`, `plan_code` | uuid, text, or null | the training plan of the batch |
| `plan_weeks`, `plan_credits` | int, number, or null | what the plan says |
| `origin` | `school_arranged`, `self_arranged` | |
| `mode` | `cleared`, `mutual_choice`, `assigned`, `self_arranged` | |
| `post_id`, `enterprise_id` | uuid or null | null: a self-arranged host outside the platform |
| `enterprise_name`, `post_title` | text | |
| `occupation_code`, `industry_code`, `region_code` | text or null | of the post |
| `start_on`, `end_on` | day | agreed |
| `weeks` | int | begun weeks: of the days agreed; once assessed or ended, of the days that passed |
| `accepted_on` | day | |
| `started_on`, `assessed_on`, `ended_on` | day or null | |
| `hours` | int or null | null until assessed |
| `competencies` | list of text | empty until assessed |
| `grade` | `优秀`, `良好`, `合格`, `不合格` or null | null until assessed |
| `assessed_by_both` | bool | school and enterprise have both signed the assessment |
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from services.accounts.contract.events import member_ref

POST_PUBLISHED = "post.published"
POST_CHANGED = "post.changed"
POST_CLOSED = "post.closed"
PLACEMENT_ACCEPTED = "placement.accepted"
PLACEMENT_STARTED = "placement.started"
PLACEMENT_ASSESSED = "placement.assessed"
PLACEMENT_ENDED = "placement.ended"

# Forecasting counts demand and who found a place in it; credits count what was learnt there.
SUBSCRIBERS: Final[Mapping[str, Sequence[str]]] = {
    POST_PUBLISHED: ("forecasting",),
    POST_CHANGED: ("forecasting",),
    POST_CLOSED: ("forecasting",),
    PLACEMENT_ACCEPTED: ("forecasting",),
    PLACEMENT_STARTED: ("forecasting", "credits"),
    PLACEMENT_ASSESSED: ("forecasting", "credits"),
    PLACEMENT_ENDED: ("forecasting", "credits"),
}


def title_fingerprint(title: str) -> str:
    """Return the sign by which repeated advertisements of a title are told.

    Width, case, spaces and punctuation do not count.

    >>> title_fingerprint("Java 开发（实习）") == title_fingerprint("java开发(实习)")
    True
    """
    plain = unicodedata.normalize("NFKC", title).casefold()
    signs = "".join(sign for sign in plain if sign.isalnum())
    return hashlib.sha256(signs.encode()).hexdigest()[:32]


def student_ref(school_id: UUID | str, enrolment_no: str) -> str:
    """Return the sign of a student that any room with the school's roster can work out.

    The same sign as the accounts room's for this member of the school.
    """
    return member_ref(school_id, enrolment_no)
