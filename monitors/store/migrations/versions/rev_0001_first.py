"""The first tables: rooms, sessions, measurements, alarms, commands.

Revision 0001, after nothing. What stands here is never edited again; a change is a new step.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "words",
    "device_sightings",
    "sessions",
    "phase_changes",
    "streams",
    "readings",
    "determinations",
    "waveform_chunks",
    "alarm_events",
    "commands",
    "entries",
)


def upgrade() -> None:
    """Make all tables and forbid changing what is a fact."""
    _rooms()
    _sessions()
    _measurements()
    _alarms()
    if op.get_bind().dialect.name == "sqlite":
        _refuse_changes_in_sqlite()
    else:
        _refuse_changes_in_postgresql()


def _refuse_changes_in_sqlite() -> None:
    for table in APPEND_ONLY:
        for deed in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{deed} before {deed} on {table}"
                " begin select raise(abort, 'facts are append-only'); end"
            )


def _refuse_changes_in_postgresql() -> None:
    op.execute(
        "create function facts_are_append_only() returns trigger language plpgsql as"
        " $$ begin raise exception 'facts are append-only'; end $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table}"
            " for each statement execute function facts_are_append_only()"
        )


def _rooms() -> None:
    """Make what the rest refers to: rooms, recliners, devices, words, leases."""
    op.create_table(
        "store_meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_store_meta")),
    )
    op.create_table(
        "words",
        sa.Column("word_key", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word_key", name=op.f("pk_words")),
        sa.UniqueConstraint("kind", "word", name=op.f("uq_words_kind_word")),
    )
    op.create_table(
        "rooms",
        sa.Column("room_key", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("room_key", name=op.f("pk_rooms")),
        sa.UniqueConstraint("name", name=op.f("uq_rooms_name")),
    )
    op.create_table(
        "recliners",
        sa.Column("recliner_key", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("room_key", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["room_key"], ["rooms.room_key"], name=op.f("fk_recliners_room_key")
        ),
        sa.PrimaryKeyConstraint("recliner_key", name=op.f("pk_recliners")),
        sa.UniqueConstraint("name", name=op.f("uq_recliners_name")),
    )
    op.create_table(
        "leases",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.Column("process_started_ms", sa.BigInteger(), nullable=False),
        sa.Column("since_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("renewed_utc_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_leases")),
    )
    op.create_table(
        "devices",
        sa.Column("device_key", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device_key", name=op.f("pk_devices")),
        sa.UniqueConstraint("name", name=op.f("uq_devices_name")),
    )
    op.create_table(
        "device_sightings",
        sa.Column("sighting_key", sa.Integer(), nullable=False),
        sa.Column("device_key", sa.Integer(), nullable=False),
        sa.Column("recliner_key", sa.Integer(), nullable=False),
        sa.Column("at_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("port", sa.Text(), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("serial_number", sa.Text(), nullable=True),
        sa.Column("firmware", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_key"], ["devices.device_key"], name=op.f("fk_device_sightings_device_key")
        ),
        sa.ForeignKeyConstraint(
            ["recliner_key"],
            ["recliners.recliner_key"],
            name=op.f("fk_device_sightings_recliner_key"),
        ),
        sa.PrimaryKeyConstraint("sighting_key", name=op.f("pk_device_sightings")),
        sa.UniqueConstraint(
            "device_key",
            "at_utc_ms",
            "what",
            name=op.f("uq_device_sightings_device_key_at_utc_ms_what"),
        ),
    )


def _sessions() -> None:
    """Make sessions, their phases, and what staff asked for and noted."""
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("recliner_key", sa.Integer(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("planned_s", sa.Integer(), nullable=True),
        sa.Column("begun_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("by_person", sa.Text(), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.Column("clock_rate", sa.Double(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recliner_key"], ["recliners.recliner_key"], name=op.f("fk_sessions_recliner_key")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_begun_utc_ms"), "sessions", ["begun_utc_ms"], unique=False)
    op.create_index(
        op.f("ix_sessions_label_begun_utc_ms"), "sessions", ["label", "begun_utc_ms"], unique=False
    )
    op.create_index(
        op.f("ix_sessions_recliner_key_begun_utc_ms"),
        "sessions",
        ["recliner_key", "begun_utc_ms"],
        unique=False,
    )
    op.create_table(
        "phase_changes",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("at_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by_person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.session_id"], name=op.f("fk_phase_changes_session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "at_utc_ms", "phase", name=op.f("pk_phase_changes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "commands",
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("at_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("by_person", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("done_at_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("recliner_key", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recliner_key"], ["recliners.recliner_key"], name=op.f("fk_commands_recliner_key")
        ),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_commands")),
    )
    op.create_index(op.f("ix_commands_at_utc_ms"), "commands", ["at_utc_ms"], unique=False)
    op.create_index(op.f("ix_commands_session_id"), "commands", ["session_id"], unique=False)
    op.create_table(
        "entries",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("recliner_key", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("by_person", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("corrects", sa.Text(), nullable=True),
        sa.Column("command_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recliner_key"], ["recliners.recliner_key"], name=op.f("fk_entries_recliner_key")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entries")),
    )
    op.create_index(op.f("ix_entries_at_utc_ms"), "entries", ["at_utc_ms"], unique=False)
    op.create_index(
        op.f("ix_entries_session_id_at_utc_ms"),
        "entries",
        ["session_id", "at_utc_ms"],
        unique=False,
    )
    op.create_table(
        "checkpoints",
        sa.Column("recliner_key", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_utc_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recliner_key"], ["recliners.recliner_key"], name=op.f("fk_checkpoints_recliner_key")
        ),
        sa.PrimaryKeyConstraint("recliner_key", name=op.f("pk_checkpoints")),
    )


def _measurements() -> None:
    """Make what devices measured."""
    op.create_table(
        "streams",
        sa.Column("stream_key", sa.Integer(), nullable=False),
        sa.Column("recliner_key", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("device_key", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_key"], ["devices.device_key"], name=op.f("fk_streams_device_key")
        ),
        sa.ForeignKeyConstraint(
            ["recliner_key"], ["recliners.recliner_key"], name=op.f("fk_streams_recliner_key")
        ),
        sa.PrimaryKeyConstraint("stream_key", name=op.f("pk_streams")),
        sa.UniqueConstraint(
            "recliner_key",
            "session_id",
            "device_key",
            name=op.f("uq_streams_recliner_key_session_id_device_key"),
        ),
    )
    op.create_index(op.f("ix_streams_session_id"), "streams", ["session_id"], unique=False)
    op.create_table(
        "readings",
        sa.Column("stream_key", sa.Integer(), nullable=False),
        sa.Column("at_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("vital_key", sa.SmallInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("validity_key", sa.SmallInteger(), nullable=False),
        sa.Column("conditions_key", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["stream_key"], ["streams.stream_key"], name=op.f("fk_readings_stream_key")
        ),
        sa.PrimaryKeyConstraint("stream_key", "at_utc_ms", "vital_key", name=op.f("pk_readings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "determinations",
        sa.Column("stream_key", sa.Integer(), nullable=False),
        sa.Column("at_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("systolic_mmhg", sa.SmallInteger(), nullable=True),
        sa.Column("diastolic_mmhg", sa.SmallInteger(), nullable=True),
        sa.Column("mean_mmhg", sa.SmallInteger(), nullable=True),
        sa.Column("pulse_rate_per_min", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("is_age_unknown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_key"], ["streams.stream_key"], name=op.f("fk_determinations_stream_key")
        ),
        sa.PrimaryKeyConstraint(
            "stream_key", "at_utc_ms", "received_utc_ms", name=op.f("pk_determinations")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "waveform_chunks",
        sa.Column("start_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("stream_key", sa.Integer(), nullable=False),
        sa.Column("waveform_key", sa.SmallInteger(), nullable=False),
        sa.Column("sample_rate_hz", sa.Double(), nullable=False),
        sa.Column("full_scale", sa.Integer(), nullable=False),
        sa.Column("samples", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_key"], ["streams.stream_key"], name=op.f("fk_waveform_chunks_stream_key")
        ),
        sa.PrimaryKeyConstraint(
            "start_utc_ms", "stream_key", "waveform_key", name=op.f("pk_waveform_chunks")
        ),
        sqlite_with_rowid=False,
    )


def _alarms() -> None:
    """Make the log of alarm transitions."""
    op.create_table(
        "alarm_events",
        sa.Column("alarm_event_key", sa.Integer(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("recliner_key", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("at_utc_ms", sa.BigInteger(), nullable=False),
        sa.Column("since_utc_ms", sa.BigInteger(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("transition", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("vital", sa.Text(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("worst", sa.Double(), nullable=True),
        sa.Column("bound", sa.Double(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("inactivation", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("by_person", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recliner_key"], ["recliners.recliner_key"], name=op.f("fk_alarm_events_recliner_key")
        ),
        sa.PrimaryKeyConstraint("alarm_event_key", name=op.f("pk_alarm_events")),
        sa.UniqueConstraint("identity", name=op.f("uq_alarm_events_identity")),
    )
    op.create_index("ix_alarm_events_moment", "alarm_events", ["at_utc_ms"], unique=False)
    op.create_index(
        "ix_alarm_events_session", "alarm_events", ["session_id", "at_utc_ms"], unique=False
    )
