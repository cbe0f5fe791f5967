"""Tables of the school's side: students, plans, batches, wishes, rounds, placements, appeals."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.internships.store.metadata import metadata, own_id, version
from shared.db.tables import instant


def _school() -> Column[object]:
    return Column("school_id", Uuid, nullable=False, index=True)


plans = Table(
    "plans",
    metadata,
    own_id(),
    _school(),
    Column("code", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("major_code", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("term", String(20), nullable=False),  # 学年学期, such as 2026-2027-1
    Column("weeks", Integer, nullable=False),
    Column("credits", Numeric(4, 1)),
    Column("competencies", ARRAY(String(200)), nullable=False),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("school_id", "code"),
)

students = Table(
    "students",
    metadata,
    own_id(),
    _school(),
    Column("enrolment_no", String(40), nullable=False),
    Column("name", String(80), nullable=False),
    Column("major_code", String(16), nullable=False),
    Column("grade_year", Integer, nullable=False),  # 年级: the year of entry, such as 2024
    Column("class_name", String(80), nullable=False),
    Column("class_teacher", String(80)),
    Column("term", String(20), nullable=False),
    Column("region_code", String(6)),  # where the student would like to work
    Column("skills", ARRAY(String(80)), nullable=False),
    Column("birth_on", Date),  # article 16 only; masked in every list
    Column("sex", String(1)),  # article 16 (4) only, asked where a listed hazard exists
    Column("state", String(16), nullable=False),  # enrolled | left
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("school_id", "enrolment_no"),
)

batches = Table(
    "batches",
    metadata,
    own_id(),
    _school(),
    Column("school_name", String(200), nullable=False),
    Column("school_region_code", String(6)),
    Column("school_level", String(24)),
    Column("name", String(200), nullable=False),
    Column("term", String(20), nullable=False),
    Column("plan_id", Uuid, ForeignKey("plans.id")),
    Column("kind", String(16), nullable=False),  # orientation | on_post
    Column("mode", String(16), nullable=False),  # cleared|mutual_choice|assigned|self_arranged
    Column("major_codes", ARRAY(String(16)), nullable=False),  # empty: every major of the school
    Column("grade_years", ARRAY(Integer), nullable=False),
    Column("start_on", Date, nullable=False),
    Column("end_on", Date, nullable=False),
    instant("wishes_open_at", nullable=True),
    instant("wishes_close_at", nullable=True),
    Column("wishes_max", Integer, nullable=False),
    Column("accept_days", Integer, nullable=False),
    Column("priority_weights", JSONB, nullable=False),  # allow-list: relevance, grade, interview
    Column("caps", JSONB, nullable=False),  # which caps the school hardens
    Column("clearing", JSONB, nullable=False, server_default="{}"),  # the rules of its rounds
    Column("assignment", JSONB),  # of a batch assigned centrally: numbers, proof, when
    Column("state", String(16), nullable=False),  # draft|open|closed|proposed|published|finished
    Column("seed_commitment", String(64)),
    Column("seed", LargeBinary(32)),  # revealed when the round is solved, never before
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    CheckConstraint("end_on >= start_on", name="dates_in_order"),
)

batch_posts = Table(
    "batch_posts",
    metadata,
    Column("batch_id", Uuid, ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("post_id", Uuid, ForeignKey("posts.id"), primary_key=True, index=True),
    _school(),
    Column("enterprise_id", Uuid, nullable=False, index=True),
    Column("seats", Integer, nullable=False),
    CheckConstraint("seats >= 0", name="seats_not_negative"),
)

batch_students = Table(
    "batch_students",
    metadata,
    Column("batch_id", Uuid, ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("student_id", Uuid, ForeignKey("students.id"), primary_key=True),
    _school(),
    Column("grade", Float),  # 0..100, where the school chose grades as a priority field
    Column("findings", JSONB, nullable=False),
    Column("eligible", Boolean, nullable=False),
)

wishes = Table(
    "wishes",
    metadata,
    Column("batch_id", Uuid, ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("student_id", Uuid, ForeignKey("students.id"), primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("post_id", Uuid, ForeignKey("posts.id"), nullable=False),
    _school(),
    UniqueConstraint("batch_id", "student_id", "post_id"),
    CheckConstraint("rank >= 1", name="rank_from_one"),
)

interview_scores = Table(  # where the school chose interviews as a priority field
    "interview_scores",
    metadata,
    Column("batch_id", Uuid, ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("student_id", Uuid, ForeignKey("students.id"), primary_key=True),
    Column("post_id", Uuid, ForeignKey("posts.id"), primary_key=True),
    _school(),
    Column("score", Float, nullable=False),  # 0..100
)

choices = Table(  # 双选: one student's application to one post, and what each side said
    "choices",
    metadata,
    own_id(),
    Column("batch_id", Uuid, ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
    Column("student_id", Uuid, ForeignKey("students.id"), nullable=False),
    Column("post_id", Uuid, ForeignKey("posts.id"), nullable=False),
    _school(),
    Column("enterprise_id", Uuid, nullable=False, index=True),
    Column("student_name", String(80), nullable=False),
    Column("major_code", String(16), nullable=False),
    Column(
        "state", String(16), nullable=False
    ),  # applied|interview|offered|refused|confirmed|withdrawn
    instant("interview_at", nullable=True),
    Column("interview_score", Float),
    Column("rank", Integer),  # the enterprise's order, 1 first
    Column("note", Text),
    instant("consented_at", nullable=False),  # PIPL 23: before the data reaches the enterprise
    instant("consent_withdrawn_at", nullable=True),  # PIPL 15: the enterprise sees it no longer
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("batch_id", "student_id", "post_id"),
)

rounds = Table(
    "rounds",
    metadata,
    own_id(),
    Column("batch_id", Uuid, ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
    _school(),
    Column("job_id", Uuid, nullable=False),
    Column("state", String(16), nullable=False),  # running | proposed | published
    Column("seed", String(64)),
    Column("manifest", JSONB),
    Column("numbers", JSONB),  # placed, first wish, top three, blocking pairs, seconds
    Column("certificate_sha256", String(64)),
    Column("number", Integer, nullable=False, server_default="1"),
    Column("rules", JSONB, nullable=False, server_default="{}"),  # as they stood when it ran
    Column("salt", LargeBinary(32)),  # behind the ids of the public files
    Column("public_sha256", String(64)),
    instant("created_at", now=True),
    instant("solved_at", nullable=True),
    instant("published_at", nullable=True),
    # A round of a batch is cleared once: the database refuses a second run beside it too.
    UniqueConstraint("batch_id", "number"),
)

public_rounds = Table(  # what anybody may see of a published round, until a day
    "public_rounds",
    metadata,
    Column("round_id", Uuid, ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    _school(),
    Column("school_name", String(200), nullable=False),
    Column("batch_name", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    instant("published_at", nullable=False),
    instant("until", nullable=False),
    Column("body", JSONB, nullable=False),
    Column("file_sha256", String(64), nullable=False),
)

round_cutoffs = Table(
    "round_cutoffs",
    metadata,
    Column("round_id", Uuid, ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("post_id", Uuid, ForeignKey("posts.id"), primary_key=True),
    _school(),
    Column("seats", Integer, nullable=False),
    Column("placed", Integer, nullable=False),
    Column("turned_away", Integer, nullable=False),
    Column("cutoff_score", BigInteger),  # null: seats were left, everyone who asked got in
    Column("cutoff_lottery", BigInteger),
    # Seats kept for classes: class, seats, hard, placed and the cut-off among them.
    Column("reserved", JSONB),
)

round_results = Table(
    "round_results",
    metadata,
    Column("round_id", Uuid, ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("student_id", Uuid, ForeignKey("students.id"), primary_key=True),
    _school(),
    Column("wish_post_ids", ARRAY(Uuid), nullable=False),
    # Per wish: the key that competed (0: not eligible, did not compete), relevance 0..1 and its
    # four terms (major, occupation, skills, region) as numbers of `round_reasons`.
    Column("wish_scores", ARRAY(BigInteger), nullable=False),
    Column("wish_relevance", ARRAY(Float), nullable=False),
    Column("wish_reasons", ARRAY(Integer), nullable=False),
    Column("wish_interviews", ARRAY(Float)),
    Column("wish_places", ARRAY(Integer), nullable=False),  # place in line, 0: did not compete
    Column("grade", Float),
    Column("lottery", BigInteger, nullable=False),
    Column("placed_rank", Integer),  # null: unplaced
    Column("kept_post_id", Uuid),  # of the round before, with matching.rounds.Choice
    Column("kept_choice", SmallInteger),
    Column("wish_odds", ARRAY(Float)),  # over many lotteries; null: not estimated (yet)
)

round_reasons = Table(  # each distinct term of a score once: many wishes share it
    "round_reasons",
    metadata,
    Column("round_id", Uuid, ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _school(),
    Column("term", String(16), nullable=False),
    Column("value", Float),  # null: a side states nothing
    Column("code", String(40), nullable=False),
    Column("facts", JSONB, nullable=False),
)

placements = Table(
    "placements",
    metadata,
    own_id(),
    _school(),
    Column("batch_id", Uuid, ForeignKey("batches.id"), index=True),
    Column("round_id", Uuid, ForeignKey("rounds.id")),
    Column("student_id", Uuid, ForeignKey("students.id"), nullable=False, index=True),
    Column("enrolment_no", String(40), nullable=False),
    Column("student_name", String(80), nullable=False),
    Column("major_code", String(16), nullable=False),
    Column("class_name", String(80), nullable=False),
    Column("post_id", Uuid, ForeignKey("posts.id")),
    Column("post_title", String(200), nullable=False),
    Column("enterprise_id", Uuid, index=True),  # null: a self-arranged host outside the platform
    Column("enterprise_name", String(200), nullable=False),
    Column("origin", String(16), nullable=False),  # school_arranged | self_arranged
    Column("mode", String(16), nullable=False),
    Column("rank", Integer),
    # proposed|accepted|declined|expired|started|assessed|ended|cancelled
    Column("state", String(16), nullable=False),
    Column("start_on", Date, nullable=False),
    Column("end_on", Date, nullable=False),
    Column("pay_fen_month", Integer),
    instant("proposed_at", now=True),
    instant("accept_by", nullable=True),
    instant("accepted_at", nullable=True),
    Column("accepted_via", String(16)),  # student | office
    instant("share_consented_at", nullable=True),
    instant("share_withdrawn_at", nullable=True),
    Column("keeps", String(8)),  # float: kept while the next round may better it
    Column("teacher", String(80)),
    Column("mentor", String(80)),
    Column("consent", JSONB),  # informed consent: student and guardian, each with a date
    Column("agreement", JSONB),  # tripartite: three signatures, on the model text
    Column("insurance", JSONB),  # liability insurance: policy, cover, payer
    Column("safety_trained_on", Date),
    Column("filing", JSONB),  # filed on, number; across provinces: consent and provincial filing
    Column("relevance", Float),  # of the post to the major, 0..1
    Column("relevance_reason", Text),  # why a post across major groups (REG-8)
    Column("findings", JSONB),
    Column("started_on", Date),
    Column("assessment", JSONB),  # hours, competencies, grade, both assessors
    Column("ended_on", Date),
    Column("end_reason", Text),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    Index(
        # A student holds one place at a time: the database says so too.
        "uq_placements_student_holding",
        "student_id",
        unique=True,
        postgresql_where="state IN ('accepted', 'started')",
    ),
    Index("ix_placements_batch_state", "batch_id", "state"),
)

self_arrangements = Table(
    "self_arrangements",
    metadata,
    own_id(),
    _school(),
    Column("batch_id", Uuid, ForeignKey("batches.id"), nullable=False),
    Column("student_id", Uuid, ForeignKey("students.id"), nullable=False),
    Column("host_name", String(200), nullable=False),
    Column("host_uscc", String(18), nullable=False),
    Column("post_title", String(200), nullable=False),
    Column("details", JSONB, nullable=False),
    Column("guardian_signed_on", Date, nullable=False),
    Column("state", String(16), nullable=False),  # applied | approved | refused
    Column("decision_reason", Text),
    Column("decided_by", Uuid),
    instant("decided_at", nullable=True),
    Column("placement_id", Uuid),
    instant("created_at", now=True),
    version(),
)

appeals = Table(
    "appeals",
    metadata,
    own_id(),
    _school(),
    Column("student_id", Uuid, ForeignKey("students.id"), nullable=False),
    Column("round_id", Uuid, ForeignKey("rounds.id")),
    Column("placement_id", Uuid, ForeignKey("placements.id")),
    Column("grounds", Text, nullable=False),
    Column("state", String(16), nullable=False),  # open | upheld | dismissed
    Column("decision", Text),
    Column("decided_by", Uuid),
    Column("decided_by_name", String(80)),
    instant("decided_at", nullable=True),
    instant("created_at", now=True),
    version(),
)
