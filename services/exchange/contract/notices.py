"""Notices (供求信息) as they travel: offers and needs, their registration, search and matches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

SideName = Literal["offer", "need"]
NoticeKindName = Literal[
    "staffing",
    "production",
    "internship",
    "joint_course",
    "order_class",
    "joint_major",
    "industry_college",
    "base",
    "research",
    "technical_service",
    "lease",
    "course_package",
    "teacher_practice",
    "mentor",
    "transfer",
]
NoticeStateName = Literal["draft", "submitted", "registered", "published", "closed"]
PricePerName = Literal["total", "person", "hour", "day", "week", "month", "year"]
RegistrationName = Literal["register", "return"]

_Code = Annotated[str, Field(min_length=1, max_length=80)]
_Skill = Annotated[str, Field(min_length=1, max_length=80)]


class NoticeTerms(BaseModel):
    """What a notice says."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    side: SideName
    kind: NoticeKindName
    title: str = Field(min_length=2, max_length=120)
    summary: str = Field(min_length=1, max_length=4000)
    region_code: str = Field(pattern=r"^\d{6}$", description="GB/T 2260")
    industry_code: _Code | None = Field(default=None, description="GB/T 4754 code or name")
    occupation_code: _Code | None = Field(default=None, description="职业分类大典 code or name")
    major_codes: list[_Code] = Field(
        default_factory=list[str], max_length=50, description="codes, names or classes of majors"
    )
    skills: list[_Skill] = Field(default_factory=list[str], max_length=30)
    places: int | None = Field(
        default=None, ge=1, le=100_000, description="people, seats, slots or items"
    )
    price_fen: int | None = Field(default=None, ge=0, le=100_000_000_000)
    price_per: PricePerName | None = None
    start_on: date | None = None
    end_on: date | None = None
    closes_on: date | None = Field(default=None, description="last day on which to answer")
    partner_name: str | None = Field(
        default=None, min_length=2, max_length=200, description="enterprise that takes part"
    )
    partner_waiver: str | None = Field(
        default=None, min_length=5, max_length=500, description="why no enterprise takes part"
    )


class NoticeIn(NoticeTerms):
    """A new notice: a draft, or submitted at once."""

    submit: bool = False


class NoticePatch(BaseModel):
    """A change: what is not sent stays."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Field(default="", min_length=2, max_length=120)
    summary: str = Field(default="", min_length=1, max_length=4000)
    region_code: str = Field(default="", pattern=r"^\d{6}$")
    industry_code: _Code | None = None
    occupation_code: _Code | None = None
    major_codes: list[_Code] = Field(default_factory=list[str], max_length=50)
    skills: list[_Skill] = Field(default_factory=list[str], max_length=30)
    places: int | None = Field(default=None, ge=1, le=100_000)
    price_fen: int | None = Field(default=None, ge=0, le=100_000_000_000)
    price_per: PricePerName | None = None
    start_on: date | None = None
    end_on: date | None = None
    closes_on: date | None = None
    partner_name: str | None = Field(default=None, min_length=2, max_length=200)
    partner_waiver: str | None = Field(default=None, min_length=5, max_length=500)


class OrganisationBrief(BaseModel):
    """An organisation as a notice shows it."""

    id: UUID
    kind: str
    name: str


class RegistrationOut(BaseModel):
    """Where a notice came from: whether the region asks for registration, and who did it."""

    required: bool = Field(description="whether the pack of the region asks for it")
    pack_id: str
    pack_version: str
    document: str | None = None
    clause: str | None = None
    registrar: OrganisationBrief | None = None
    level: Literal["nation", "province", "city", "county"] | None = None
    registered_at: datetime | None = None


class PartnerRuleOut(BaseModel):
    """Whether research in this place has an enterprise taking part, and how that is met."""

    required: bool = Field(description="whether the pack of the region asks for it")
    met_by: Literal["own", "partner", "waiver"] | None = Field(
        description="own: the rule speaks of colleges, and this is none"
    )
    pack_id: str
    pack_version: str
    document: str | None = None
    clause: str | None = None


class NoticeOut(NoticeTerms):
    """One notice."""

    id: UUID
    version: int
    state: NoticeStateName
    organisation: OrganisationBrief
    registration: RegistrationOut
    partner_rule: PartnerRuleOut | None = Field(default=None, description="of research only")
    returned_reason: str | None = Field(default=None, description="to its own organisation only")
    created_at: datetime
    submitted_at: datetime | None = None
    published_at: datetime | None = None
    closed_at: datetime | None = None


class NoticeBrief(BaseModel):
    """A notice in a list."""

    id: UUID
    version: int
    state: NoticeStateName
    side: SideName
    kind: NoticeKindName
    title: str
    organisation: OrganisationBrief
    region_code: str
    places: int | None
    price_fen: int | None
    price_per: PricePerName | None
    closes_on: date | None
    submitted_at: datetime | None
    published_at: datetime | None


class NoticeFacetValueOut(BaseModel):
    """One value of a facet, with how many notices have it."""

    value: str
    name_zh: str
    name_en: str
    count: int


class NoticeFacetsOut(BaseModel):
    """How a search's notices spread."""

    found: int
    side: list[NoticeFacetValueOut]
    kind: list[NoticeFacetValueOut]
    region: list[NoticeFacetValueOut]
    industry: list[NoticeFacetValueOut]
    occupation: list[NoticeFacetValueOut]
    major: list[NoticeFacetValueOut]


class NoticeStepOut(BaseModel):
    """One step in a notice's life, with the terms as they were."""

    number: int
    step: Literal[
        "drafted", "changed", "submitted", "returned", "registered", "published", "closed"
    ]
    organisation: OrganisationBrief
    person: UUID
    reason: str | None
    terms: NoticeTerms
    at: datetime


class NoticeStepsOut(BaseModel):
    """A notice's history, the first step first."""

    items: list[NoticeStepOut]


class RegistrationIn(BaseModel):
    """A department's decision on a submitted notice."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    decision: RegistrationName
    reason: str | None = Field(default=None, min_length=5, max_length=500)


class NoticeKindOut(BaseModel):
    """A kind of notice, with the clauses that order it."""

    kind: NoticeKindName
    name_zh: str
    name_en: str
    cooperation: bool = Field(description="a kind that MAT-03 matches as cooperation")
    answers: list[NoticeKindName] = Field(description="kinds of the other side that answer it")
    clauses: list[str]


class NoticeKindsOut(BaseModel):
    """Every kind."""

    items: list[NoticeKindOut]


class MatchReasonOut(BaseModel):
    """One term of a match: its value in [0, 1] (null: one side is silent), its weight, why."""

    term: Literal["kind", "majors", "occupation", "skills", "words", "region", "industry"]
    value: float | None
    weight: float
    text_zh: str
    text_en: str


class NoticeMatchOut(BaseModel):
    """A notice of the other side, with its score in [0, 1] and the reasons."""

    notice: NoticeBrief
    score: float = Field(description="0 where nothing was compared")
    evidence: float = Field(description="share of the weight on which both sides say something")
    reasons: list[MatchReasonOut]
    for_notice: UUID | None = Field(default=None, description="one's own notice that it answers")


class NoticeMatchesOut(BaseModel):
    """The best of the other side, the best first; nothing was decided."""

    considered: int = Field(description="published notices of the other side that were compared")
    personalised: bool = Field(description="false: the newest, the same to everybody")
    items: list[NoticeMatchOut]
