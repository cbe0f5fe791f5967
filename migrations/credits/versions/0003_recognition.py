"""Standards, rulebooks, courses, outcomes and applications for recognition, and their walls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import run_all
from shared.db.tables import ORG, secure

revision = "0003"
down_revision = "0002"

SCHOOL = f"school_id = {ORG}"
# Members of a common alliance see what each other accepted; no person is in these rows.
PEER = (
    "EXISTS (SELECT 1 FROM alliance_members mine JOIN alliance_members theirs"
    " ON theirs.alliance_id = mine.alliance_id"
    f" WHERE mine.member_id = {ORG} AND theirs.member_id = equivalences.school_id"
    " AND (mine.until_on IS NULL OR mine.until_on >= current_date)"
    " AND (theirs.until_on IS NULL OR theirs.until_on >= current_date))"
)
WALLS = [
    # Who belongs to an alliance, and what it has agreed on, is no secret.
    ("alliance_members", "true", f"alliance_id = {ORG}"),
    ("credit_standards", f"alliance_id = {ORG} OR state <> 'draft'", f"alliance_id = {ORG}"),
    ("standard_signatures", "true", f"member_id = {ORG}"),
    ("rulebooks", f"{SCHOOL} OR state IN ('in_force', 'superseded')", SCHOOL),
    ("equivalences", f"{SCHOOL} OR {PEER}", SCHOOL),
    *(
        (table, SCHOOL, SCHOOL)
        for table in (
            "courses",
            "programmes",
            "learners",
            "credit_settings",
            "outcomes",
            "evidence_files",
            "graded_courses",
            "placements_waiting",
            "credit_applications",
            "credit_decisions",
            "credit_steps",
            "reviewer_conflicts",
            "credit_appeals",
            "credit_notices",
        )
    ),
]


def upgrade() -> None:
    """Create the tables and put each behind its wall."""
    op.create_table(
        "alliance_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alliance_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("member_name", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_alliance_members_dates_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alliance_members")),
        sa.UniqueConstraint(
            "alliance_id",
            "member_id",
            "from_on",
            name=op.f("uq_alliance_members_alliance_id_member_id_from_on"),
        ),
    )
    op.create_index(
        op.f("ix_alliance_members_member_id"), "alliance_members", ["member_id"], unique=False
    )
    op.create_table(
        "credit_standards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alliance_id", sa.Uuid(), nullable=False),
        sa.Column("alliance_name", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_standards")),
        sa.UniqueConstraint(
            "alliance_id",
            "code",
            "number",
            name=op.f("uq_credit_standards_alliance_id_code_number"),
        ),
    )
    op.create_index(
        op.f("ix_credit_standards_alliance_id"), "credit_standards", ["alliance_id"], unique=False
    )
    op.create_table(
        "standard_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("standard_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("member_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("signed_by_name", sa.String(length=80), nullable=False),
        sa.Column("verification_method", sa.String(length=500), nullable=False),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_signatures")),
        sa.UniqueConstraint(
            "standard_id", "member_id", name=op.f("uq_standard_signatures_standard_id_member_id")
        ),
    )
    op.create_table(
        "rulebooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("standard_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("put_in_force_by", sa.Uuid(), nullable=True),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebooks")),
        sa.UniqueConstraint("school_id", "number", name=op.f("uq_rulebooks_school_id_number")),
    )
    op.create_index(
        "uq_rulebooks_one_in_force",
        "rulebooks",
        ["school_id"],
        unique=True,
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("credits_hundredths", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("weeks", sa.Integer(), nullable=True),
        sa.Column("online", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "competencies",
            postgresql.ARRAY(sa.String(length=200)),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("credits_hundredths > 0", name=op.f("ck_courses_credits_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint(
            "school_id", "code", "number", name=op.f("uq_courses_school_id_code_number")
        ),
    )
    op.create_index(
        "uq_courses_one_current",
        "courses",
        ["school_id", "code"],
        unique=True,
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "programmes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("major_code", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("credits_hundredths", sa.Integer(), nullable=False),
        sa.Column("hours_total", sa.Integer(), nullable=True),
        sa.Column("hours_practice", sa.Integer(), nullable=True),
        sa.Column("weeks_practice", sa.Integer(), nullable=True),
        sa.Column("weeks_enterprise", sa.Integer(), nullable=True),
        sa.Column(
            "course_codes",
            postgresql.ARRAY(sa.String(length=40)),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("credits_hundredths > 0", name=op.f("ck_programmes_credits_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint(
            "school_id", "code", "number", name=op.f("uq_programmes_school_id_code_number")
        ),
    )
    op.create_index(
        "uq_programmes_one_current",
        "programmes",
        ["school_id", "code"],
        unique=True,
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "learners",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_no", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("class_name", sa.String(length=80), nullable=False),
        sa.Column("programme_code", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learners")),
        sa.UniqueConstraint(
            "school_id", "enrolment_no", name=op.f("uq_learners_school_id_enrolment_no")
        ),
    )
    op.create_index(op.f("ix_learners_ref"), "learners", ["ref"], unique=False)
    op.create_index(
        "ix_learners_school_id_class_name", "learners", ["school_id", "class_name"], unique=False
    )
    op.create_table(
        "credit_settings",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("days", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_credit_settings")),
    )
    op.create_table(
        "equivalences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("outcome_kind", sa.String(length=24), nullable=False),
        sa.Column("outcome_title", sa.String(length=300), nullable=False),
        sa.Column("outcome_level", sa.String(length=16), nullable=True),
        sa.Column("outcomes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("courses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("course_title", sa.String(length=200), nullable=False),
        sa.Column("credits_hundredths", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equivalences")),
        sa.UniqueConstraint("school_id", "digest", name=op.f("uq_equivalences_school_id_digest")),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("issuer_name", sa.String(length=200), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=True),
        sa.Column("certificate_no", sa.String(length=500), nullable=True),
        sa.Column("unique_key", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=True),
        sa.Column("award", sa.String(length=16), nullable=True),
        sa.Column("form", sa.String(length=16), nullable=True),
        sa.Column("stage", sa.String(length=32), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("weeks", sa.Integer(), nullable=True),
        sa.Column("credits_hundredths", sa.Integer(), nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("grade", sa.String(length=8), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column(
            "competencies",
            postgresql.ARRAY(sa.String(length=200)),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("online", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=False),
        sa.Column(
            "supervisors",
            postgresql.ARRAY(sa.String(length=80)),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("verified", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("credential", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_outcomes_hours_positive")),
        sa.CheckConstraint("weeks > 0", name=op.f("ck_outcomes_weeks_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint(
            "school_id", "unique_key", name=op.f("uq_outcomes_school_id_unique_key")
        ),
    )
    op.create_index(op.f("ix_outcomes_learner_id"), "outcomes", ["learner_id"], unique=False)
    op.create_table(
        "evidence_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("outcome_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_files")),
        sa.UniqueConstraint(
            "outcome_id", "sha256", name=op.f("uq_evidence_files_outcome_id_sha256")
        ),
    )
    op.create_index(
        op.f("ix_evidence_files_outcome_id"), "evidence_files", ["outcome_id"], unique=False
    )
    op.create_table(
        "graded_courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("course_code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("grade", sa.String(length=8), nullable=False),
        sa.Column("credits_hundredths", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("weeks", sa.Integer(), nullable=True),
        sa.Column("term", sa.String(length=20), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column(
            "competencies",
            postgresql.ARRAY(sa.String(length=200)),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("placement_version", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "credits_hundredths >= 0", name=op.f("ck_graded_courses_credits_not_negative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_graded_courses")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_graded_courses_placement_id")),
        sa.UniqueConstraint(
            "school_id",
            "learner_id",
            "course_code",
            "term",
            name=op.f("uq_graded_courses_school_id_learner_id_course_code_term"),
        ),
    )
    op.create_index(
        op.f("ix_graded_courses_learner_id"), "graded_courses", ["learner_id"], unique=False
    )
    op.create_table(
        "placements_waiting",
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("student_ref", sa.String(length=64), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("placement_id", name=op.f("pk_placements_waiting")),
    )
    op.create_index(
        "ix_placements_waiting_school_id_student_ref",
        "placements_waiting",
        ["school_id", "student_ref"],
        unique=False,
    )
    op.create_table(
        "credit_applications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("outcome_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("rulebook_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("round", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("earlier", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("content_sha256", sa.String(length=71), nullable=True),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "missing", postgresql.ARRAY(sa.String(length=200)), server_default="{}", nullable=False
        ),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column("reason_code", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_applications")),
    )
    op.create_index(
        op.f("ix_credit_applications_learner_id"),
        "credit_applications",
        ["learner_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_applications_outcome_id"),
        "credit_applications",
        ["outcome_id"],
        unique=False,
    )
    op.create_index(
        "ix_credit_applications_school_id_state",
        "credit_applications",
        ["school_id", "state"],
        unique=False,
    )
    op.create_index(
        "uq_credit_applications_one_live",
        "credit_applications",
        ["outcome_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('draft', 'submitted', 'evidence_check', 'needs_more', 'review',"
            " 'approved', 'partial', 'public_notice', 'posted')"
        ),
    )
    op.create_table(
        "credit_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("reviewer", sa.Uuid(), nullable=False),
        sa.Column("reviewer_name", sa.String(length=80), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason_code", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rule_ids", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rulebook_digest", sa.String(length=71), nullable=False),
        sa.Column("content_sha256", sa.String(length=71), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_decisions")),
        sa.UniqueConstraint(
            "application_id",
            "round",
            "reviewer",
            name=op.f("uq_credit_decisions_application_id_round_reviewer"),
        ),
    )
    op.create_table(
        "credit_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_steps")),
    )
    op.create_index(
        op.f("ix_credit_steps_application_id"), "credit_steps", ["application_id"], unique=False
    )
    op.create_table(
        "reviewer_conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewer_conflicts")),
        sa.UniqueConstraint(
            "application_id", "reviewer", name=op.f("uq_reviewer_conflicts_application_id_reviewer")
        ),
    )
    op.create_table(
        "credit_appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("verdict_before", sa.String(length=16), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_appeals")),
        sa.UniqueConstraint("application_id", name=op.f("uq_credit_appeals_application_id")),
    )
    op.create_table(
        "credit_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("name_masked", sa.String(length=80), nullable=False),
        sa.Column("class_name", sa.String(length=80), nullable=False),
        sa.Column("outcome_kind", sa.String(length=24), nullable=False),
        sa.Column("outcome_title", sa.String(length=300), nullable=False),
        sa.Column("courses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("credits_hundredths", sa.Integer(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_notices")),
    )
    op.create_index(
        op.f("ix_credit_notices_application_id"), "credit_notices", ["application_id"], unique=False
    )
    op.create_index(
        "ix_credit_notices_school_id_ends_at",
        "credit_notices",
        ["school_id", "ends_at"],
        unique=False,
    )
    run_all(
        statement
        for table, see, change in WALLS
        for statement in secure(table, see=see, change=change)
    )


def downgrade() -> None:
    """Drop the tables with their walls."""
    for table, _see, _change in reversed(WALLS):
        op.drop_table(table)
