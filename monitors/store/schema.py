"""The tables of the journal, the same for SQLite and PostgreSQL.

Here stand names, types and keys; how the tables come to be is in migrations/, and the two must
agree (a test compares them). Facts are append-only: triggers refuse update and delete of every
table named in APPEND_ONLY. Stamps are UTC, epoch milliseconds; texts that repeat are kept once,
in ``words``, and named by a small number.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)

store_meta = Table(
    "store_meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("content", Text, nullable=False),
)

words = Table(
    "words",
    metadata,
    Column("word_key", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("word", Text, nullable=False),
    UniqueConstraint("kind", "word"),
)

rooms = Table(
    "rooms",
    metadata,
    Column("room_key", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

recliners = Table(
    "recliners",
    metadata,
    Column("recliner_key", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("room_key", Integer, ForeignKey("rooms.room_key")),
    Column("place", Integer),
)

leases = Table(
    "leases",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("boot_id", Text, nullable=False),
    Column("process_id", Integer, nullable=False),
    Column("process_started_ms", BigInteger, nullable=False),
    Column("since_utc_ms", BigInteger, nullable=False),
    Column("renewed_utc_ms", BigInteger, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("device_key", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

device_sightings = Table(
    "device_sightings",
    metadata,
    Column("sighting_key", Integer, primary_key=True),
    Column("device_key", Integer, ForeignKey("devices.device_key"), nullable=False),
    Column("recliner_key", Integer, ForeignKey("recliners.recliner_key"), nullable=False),
    Column("at_utc_ms", BigInteger, nullable=False),
    Column("what", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("port", Text, nullable=False),
    Column("is_simulated", Boolean, nullable=False),
    Column("identity", Text),
    Column("model", Text),
    Column("serial_number", Text),
    Column("firmware", Text),
    Column("reason", Text),
    UniqueConstraint("device_key", "at_utc_ms", "what"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("recliner_key", Integer, ForeignKey("recliners.recliner_key"), nullable=False),
    Column("room", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("protocol", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("planned_s", Integer),
    Column("begun_utc_ms", BigInteger, nullable=False),
    Column("by_person", Text, nullable=False),
    Column("is_simulated", Boolean, nullable=False),
    Column("clock_rate", Double, nullable=False),
    Column("details", Text, nullable=False),
    Index(None, "begun_utc_ms"),
    Index(None, "label", "begun_utc_ms"),
    Index(None, "recliner_key", "begun_utc_ms"),
)

phase_changes = Table(
    "phase_changes",
    metadata,
    Column("session_id", Text, ForeignKey("sessions.session_id"), primary_key=True),
    Column("at_utc_ms", BigInteger, primary_key=True),
    Column("phase", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("by_person", Text, nullable=False),
    Column("reason", Text),
    sqlite_with_rowid=False,
)

streams = Table(
    "streams",
    metadata,
    Column("stream_key", Integer, primary_key=True),
    Column("recliner_key", Integer, ForeignKey("recliners.recliner_key"), nullable=False),
    Column("session_id", Text, nullable=False, server_default=text("''")),
    Column("device_key", Integer, ForeignKey("devices.device_key"), nullable=False),
    UniqueConstraint("recliner_key", "session_id", "device_key"),
    Index(None, "session_id"),
)

readings = Table(
    "readings",
    metadata,
    Column("stream_key", Integer, ForeignKey("streams.stream_key"), primary_key=True),
    Column("at_utc_ms", BigInteger, primary_key=True),
    Column("vital_key", SmallInteger, primary_key=True),
    Column("value", Double),
    Column("validity_key", SmallInteger, nullable=False),
    Column("conditions_key", SmallInteger),
    sqlite_with_rowid=False,
)

determinations = Table(
    "determinations",
    metadata,
    Column("stream_key", Integer, ForeignKey("streams.stream_key"), primary_key=True),
    Column("at_utc_ms", BigInteger, primary_key=True),
    Column("received_utc_ms", BigInteger, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("systolic_mmhg", SmallInteger),
    Column("diastolic_mmhg", SmallInteger),
    Column("mean_mmhg", SmallInteger),
    Column("pulse_rate_per_min", SmallInteger),
    Column("reason", Text),
    Column("conditions", Text, nullable=False),
    Column("is_age_unknown", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

waveform_chunks = Table(
    "waveform_chunks",
    metadata,
    Column("start_utc_ms", BigInteger, primary_key=True),
    Column("stream_key", Integer, ForeignKey("streams.stream_key"), primary_key=True),
    Column("waveform_key", SmallInteger, primary_key=True),
    Column("sample_rate_hz", Double, nullable=False),
    Column("full_scale", Integer, nullable=False),
    Column("samples", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

alarm_events = Table(
    "alarm_events",
    metadata,
    Column("alarm_event_key", Integer, primary_key=True),
    Column("identity", Text, nullable=False, unique=True),
    Column("recliner_key", Integer, ForeignKey("recliners.recliner_key"), nullable=False),
    Column("session_id", Text),
    Column("at_utc_ms", BigInteger, nullable=False),
    Column("since_utc_ms", BigInteger),
    Column("condition", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("transition", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("vital", Text),
    Column("value", Double),
    Column("worst", Double),
    Column("bound", Double),
    Column("direction", Text),
    Column("phase", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("inactivation", Text, nullable=False),
    Column("device", Text),
    Column("by_person", Text),
    Column("reason", Text),
    Column("details", Text, nullable=False),
    Index("ix_alarm_events_moment", "at_utc_ms"),
    Index("ix_alarm_events_session", "session_id", "at_utc_ms"),
)

commands = Table(
    "commands",
    metadata,
    Column("command_id", Text, primary_key=True),
    Column("at_utc_ms", BigInteger, nullable=False),
    Column("by_person", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("done_at_utc_ms", BigInteger, nullable=False),
    Column("recliner_key", Integer, ForeignKey("recliners.recliner_key")),
    Column("session_id", Text),
    Index(None, "at_utc_ms"),
    Index(None, "session_id"),
)

entries = Table(
    "entries",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("recliner_key", Integer, ForeignKey("recliners.recliner_key")),
    Column("session_id", Text),
    Column("kind", Text, nullable=False),
    Column("at_utc_ms", BigInteger, nullable=False),
    Column("by_person", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("corrects", Text),
    Column("command_id", Text),
    Index(None, "at_utc_ms"),
    Index(None, "session_id", "at_utc_ms"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("recliner_key", Integer, ForeignKey("recliners.recliner_key"), primary_key=True),
    Column("record", Text, nullable=False),
    Column("boot_id", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("at_utc_ms", BigInteger, nullable=False),
)

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
