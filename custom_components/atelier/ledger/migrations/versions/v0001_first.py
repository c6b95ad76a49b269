"""The first tables: people, machines, uses, care, the audit trail."""

from typing import Any, Final

from alembic import op
import sqlalchemy as sa

revision = "0001"
down_revision = None


def _only(condition: str) -> dict[str, Any]:
    """Return the options of an index on some of the rows."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


LIVE: Final = _only("removal_id IS NULL")
OPEN: Final = _only('removal_id IS NULL AND "end" IS NULL')


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_kind_fact_id", "audit", ["kind", "fact_id"])
    op.create_table(
        "boards",
        sa.Column("machine_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("firmware", sa.String(length=128), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("heap", sa.Integer(), nullable=False),
        sa.Column("last_seen", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("machine_id", name="pk_boards"),
    )
    op.create_table(
        "brought",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_brought"),
        sa.UniqueConstraint("source", "kind", "origin_id", name="uq_brought_source_kind_origin_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "removals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_removals"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "unknown_cards",
        sa.Column("card", sa.String(length=8), nullable=False),
        sa.Column("machine_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Double(), nullable=False),
        sa.Column("last", sa.Double(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("card", "machine_id", name="pk_unknown_cards"),
    )
    op.create_index("ix_unknown_cards_last", "unknown_cards", ["last"])
    op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("every_machine", sa.Boolean(), nullable=False),
        sa.Column("care", sa.Boolean(), nullable=False),
        sa.Column("manage", sa.Boolean(), nullable=False),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["removal_id"], ["removals.id"], name="fk_roles_removal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_roles_name", "roles", ["name"], unique=True, **LIVE)
    op.create_table(
        "trainings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("valid_days", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["removal_id"], ["removals.id"], name="fk_trainings_removal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trainings"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_trainings_name", "trainings", ["name"], unique=True, **LIVE)
    op.create_table(
        "machine_types",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("access", sa.String(length=16), nullable=False),
        sa.Column("logoff_min", sa.Integer(), nullable=False),
        sa.Column("grace_min", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["removal_id"], ["removals.id"], name="fk_machine_types_removal_id"
        ),
        sa.ForeignKeyConstraint(
            ["training_id"],
            ["trainings.id"],
            name="fk_machine_types_training_id",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_machine_types"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_machine_types_name", "machine_types", ["name"], unique=True, **LIVE)
    op.create_table(
        "members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("surname", sa.String(length=128), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("weekly_summary", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search", sa.String(length=640), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["removal_id"], ["removals.id"], name="fk_members_removal_id"),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], name="fk_members_role_id", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_members_role_id", "members", ["role_id"], **LIVE)
    op.create_index("ix_members_surname_name", "members", ["surname", "name"], **LIVE)
    op.create_index("uq_members_user_id", "members", ["user_id"], unique=True, **LIVE)
    op.create_table(
        "cards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card", sa.String(length=8), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("card = lower(card) AND length(card) = 8", name="ck_cards_card"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_cards_member_id", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["removal_id"], ["removals.id"], name="fk_cards_removal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cards_member_id", "cards", ["member_id"])
    op.create_index("uq_cards_card", "cards", ["card"], unique=True, **LIVE)
    op.create_table(
        "machines",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("type_id", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("earlier_s", sa.Double(), nullable=False),
        sa.Column("server_down", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["removal_id"], ["removals.id"], name="fk_machines_removal_id"),
        sa.ForeignKeyConstraint(
            ["type_id"], ["machine_types.id"], name="fk_machines_type_id", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_machines"),
    )
    op.create_index("uq_machines_name", "machines", ["name"], unique=True, **LIVE)
    op.create_table(
        "trained",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("instructor", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_trained_member_id", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["removal_id"], ["removals.id"], name="fk_trained_removal_id"),
        sa.ForeignKeyConstraint(
            ["training_id"], ["trainings.id"], name="fk_trained_training_id", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_trained"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_trained_member_id_training_id",
        "trained",
        ["member_id", "training_id"],
        unique=True,
        **LIVE,
    )
    op.create_table(
        "permissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=True),
        sa.Column("type_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(machine_id IS NULL) <> (type_id IS NULL)", name="ck_permissions_one_target"
        ),
        sa.ForeignKeyConstraint(
            ["machine_id"], ["machines.id"], name="fk_permissions_machine_id", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_permissions_member_id", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["removal_id"], ["removals.id"], name="fk_permissions_removal_id"),
        sa.ForeignKeyConstraint(
            ["type_id"], ["machine_types.id"], name="fk_permissions_type_id", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_permissions"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_permissions_member_id_machine_id",
        "permissions",
        ["member_id", "machine_id"],
        unique=True,
        **LIVE,
    )
    op.create_index(
        "uq_permissions_member_id_type_id",
        "permissions",
        ["member_id", "type_id"],
        unique=True,
        **LIVE,
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(length=1024), nullable=False),
        sa.Column("every_h", sa.Double(), nullable=False),
        sa.Column("lcd_text", sa.String(length=16), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["machine_id"], ["machines.id"], name="fk_plans_machine_id", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["removal_id"], ["removals.id"], name="fk_plans_removal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_plans_machine_id", "plans", ["machine_id"], **LIVE)
    op.create_table(
        "uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("last_seen", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=True),
        sa.Column("ending", sa.String(length=16), nullable=True),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["machine_id"], ["machines.id"], name="fk_uses_machine_id", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_uses_member_id", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["removal_id"], ["removals.id"], name="fk_uses_removal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_uses"),
        sa.UniqueConstraint("machine_id", "origin", name="uq_uses_machine_id_origin"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_uses_machine_id_start_end", "uses", ["machine_id", "start", "end"], **LIVE)
    op.create_index("ix_uses_member_id_start", "uses", ["member_id", "start"], **LIVE)
    op.create_index("ix_uses_replay_start", "uses", ["replay", "start"], **LIVE)
    op.create_index("ix_uses_start_id", "uses", ["start", "id"], **LIVE)
    op.create_index("uq_uses_machine_id", "uses", ["machine_id"], unique=True, **OPEN)
    op.create_table(
        "interventions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["machine_id"], ["machines.id"], name="fk_interventions_machine_id", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name="fk_interventions_member_id", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name="fk_interventions_plan_id", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["removal_id"], ["removals.id"], name="fk_interventions_removal_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_interventions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_interventions_at", "interventions", ["at"], **LIVE)
    op.create_index("ix_interventions_plan_id_at", "interventions", ["plan_id", "at"], **LIVE)
