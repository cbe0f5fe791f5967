"""The facts that the internship rules look at; None always means "not declared", never "no"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum


class InternshipKind(StrEnum):
    """认识实习 and 岗位实习: the only two kinds since 2021 (article 2)."""

    ORIENTATION = "orientation"
    ON_POST = "on_post"


class Hazard(StrEnum):
    """The high-risk kinds of work that article 17 names."""

    HIGH_ALTITUDE = "high_altitude"
    UNDERGROUND = "underground"
    RADIOACTIVE = "radioactive"
    TOXIC = "toxic"
    FLAMMABLE_EXPLOSIVE = "flammable_explosive"
    OTHER_HIGH_RISK = "other_high_risk"


HAZARD_NAMES: dict[Hazard, tuple[str, str]] = {
    Hazard.HIGH_ALTITUDE: ("高空", "work at height"),
    Hazard.UNDERGROUND: ("井下", "underground"),
    Hazard.RADIOACTIVE: ("放射性", "radioactive"),
    Hazard.TOXIC: ("有毒", "toxic"),
    Hazard.FLAMMABLE_EXPLOSIVE: ("易燃易爆", "flammable or explosive"),
    Hazard.OTHER_HIGH_RISK: ("其他高风险", "other high risk"),
}


class Intensity(StrEnum):
    """Levels of physical work (体力劳动强度分级)."""

    I = "I"  # noqa: E741 - the standard's own name of the level
    II = "II"
    III = "III"
    IV = "IV"


class OrganiserKind(StrEnum):
    """Who organises, arranges and manages the internship."""

    SCHOOL = "school"
    SELF_ARRANGED = "self_arranged"  # by the student, approved by the school
    BROKER = "broker"
    LABOUR_DISPATCH = "labour_dispatch"


class HostKind(StrEnum):
    """What the organisation that offers the post is."""

    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    TRAINING_BASE = "training_base"
    SERVICE_ORGANISATION = "service_organisation"
    LABOUR_DISPATCH = "labour_dispatch"


class PayMethod(StrEnum):
    """How the pay is given."""

    MONEY = "money"
    GOODS = "goods"
    VOUCHER = "voucher"


class Payee(StrEnum):
    """To whom the enterprise pays."""

    STUDENT = "student"
    SCHOOL = "school"
    THIRD_PARTY = "third_party"


class SchoolKind(StrEnum):
    """Kinds of school; the regulation binds the vocational ones."""

    SECONDARY_VOCATIONAL = "secondary_vocational"
    TECHNICIAN = "technician"
    HIGHER_VOCATIONAL = "higher_vocational"
    VOCATIONAL_BACHELOR = "vocational_bachelor"
    APPLIED_BACHELOR = "applied_bachelor"
    BACHELOR = "bachelor"

    @property
    def bound_by_regulation(self) -> bool:
        """Whether the rules bind this kind of school (else they are advice)."""
        return self not in {SchoolKind.APPLIED_BACHELOR, SchoolKind.BACHELOR}


class Sex(StrEnum):
    """Asked only where a post has a listed hazard (article 16, item 4), never for selection."""

    FEMALE = "female"
    MALE = "male"


class InsuranceKind(StrEnum):
    """学生实习责任保险, 人身意外伤害保险, 工伤保险单险种."""

    LIABILITY = "liability"
    ACCIDENT = "accident"
    WORK_INJURY = "work_injury"


class Payer(StrEnum):
    """Who pays an insurance."""

    SCHOOL = "school"
    ENTERPRISE = "enterprise"
    GOVERNMENT = "government"
    STUDENT = "student"


class InspectionItem(StrEnum):
    """The eight items of a site inspection (article 7)."""

    QUALIFICATION = "qualification"
    INTEGRITY = "integrity"
    MANAGEMENT = "management"
    NATURE_OF_POST = "nature_of_post"
    WORKING_TIME = "working_time"
    ENVIRONMENT = "environment"
    HEALTH = "health"
    SAFETY = "safety"


class AgreementItem(StrEnum):
    """What a tripartite agreement must fill in (article 15)."""

    TIME_PLACE_CONTENT = "time_place_content"
    BOARD_HOURS_LEAVE = "board_hours_leave"
    PAY = "pay"
    LABOUR_PROTECTION = "labour_protection"
    LIABILITY_AND_INJURY = "liability_and_injury"
    ASSESSMENT = "assessment"
    BREACH = "breach"


@dataclass(frozen=True, slots=True)
class HeadCount:
    """A number of people with the day that it was counted."""

    value: int
    dated_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFacts:
    """One internship post as the enterprise declares it; money in fen, times local."""

    kind: InternshipKind
    seats: int
    start_on: date | None = None
    end_on: date | None = None
    occupation_code: str | None = None
    major_codes: tuple[str, ...] = ()
    industry_code: str | None = None
    organiser: OrganiserKind | None = None
    pay_fen_day: int | None = None
    pay_fen_month: int | None = None
    pay_cycle_days: int | None = None
    pay_method: PayMethod | None = None
    payee: Payee | None = None
    wage_reference_fen_month: int | None = None
    wage_lowest_grade_fen_month: int | None = None
    hours_day: Decimal | None = None
    days_week: Decimal | None = None
    shift_start: time | None = None
    shift_end: time | None = None
    works_night: bool | None = None
    works_rest_days: bool | None = None
    works_overtime: bool | None = None
    hazards: tuple[Hazard, ...] | None = None
    intensity: Intensity | None = None
    special_filing_no: str | None = None
    suits_minors: bool | None = None  # what a person found against the list for minor workers
    typical_tasks: tuple[str, ...] = ()
    students_per_mentor: int | None = None
    interns_same_post: int = 0
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostInspection:
    """A school's written report on a host, before its first student goes there."""

    reported_on: date
    items: frozenset[InspectionItem]
    decided_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseFacts:
    """The host: what it is, its three dated head counts and the interns it has today."""

    kind: HostKind
    uscc: str | None = None
    verified: bool = False
    legal_form: str | None = None
    industry_code: str | None = None
    above_designated_size: bool | None = None
    staff_total: HeadCount | None = None
    staff_on_duty: HeadCount | None = None
    staff_same_post: HeadCount | None = None
    seats_offered: int = 0
    interns_active: int = 0
    interns_elsewhere: int = 0
    new_host: bool | None = None
    inspection: HostInspection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentFacts:
    """One student; `sex` is asked only where a post has a listed hazard."""

    school_kind: SchoolKind
    grade_year: int | None = None
    birth_on: date | None = None
    major_code: str | None = None
    sex: Sex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFacts:
    """The tripartite agreement: who signed when, on which template, which items are filled."""

    template_official: bool
    school_signed_on: date | None = None
    enterprise_signed_on: date | None = None
    student_signed_on: date | None = None
    items: frozenset[AgreementItem] = frozenset()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceCover:
    """One policy: its kind, both days inclusive, and who pays it."""

    kind: InsuranceKind
    from_on: date
    until_on: date
    payer: Payer


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementFacts:
    """One placement about to start."""

    start_on: date
    end_on: date
    consent_student_on: date | None = None
    consent_guardian_on: date | None = None
    student_accepted_on: date | None = None
    agreement: AgreementFacts | None = None
    insurance: tuple[InsuranceCover, ...] = ()
    mentor_named: bool = False
    teacher_named: bool = False
    safety_training_passed_on: date | None = None
    filed_with_authority_on: date | None = None
    crosses_province_or_border: bool | None = None
    authority_consent_on: date | None = None
    provincial_filing_no: str | None = None
    relevance_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentFacts:
    """How a placement was assessed."""

    assessed_by_school: bool
    assessed_by_enterprise: bool
    uses_employee_standards: bool | None = None
