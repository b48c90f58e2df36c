"""Who may write the facts of a recliner: one collector, which says every second that it lives.

Here are the rules of claiming, renewing and taking over, on a connection that already holds the
database's writing lock; they know no facts. A lease ends when it was not renewed for five seconds,
or at once when its process is known to be dead. The clerk lease, for what belongs to no recliner,
follows the same rules. Machines that share a database must agree on the time within a second.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil
from sqlalchemy import Connection, bindparam, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from monitors.clock import boot_id
from monitors.errors import StoreError
from monitors.store.schema import leases

EXPIRES_AFTER_MS = 5_000
CLOCK_STEPPED_BACK_MS = 60_000
CLERK = "clerk"


class LeaseHeld(StoreError):
    """Say that another collector holds a lease, and which one."""


class LeaseLost(StoreError):
    """Say that another collector has taken over what this one held; this one must stop."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Name a process so that nobody takes it for another, even after its number is used again.

    process_started_ms: UTC, epoch milliseconds, as the operating system tells it.
    """

    host: str
    boot_id: str
    process_id: int
    process_started_ms: int

    @classmethod
    def of_this_process(cls) -> Holder:
        """Return the name of the process that runs this."""
        started_ms = int(psutil.Process().create_time() * 1000)
        return cls(socket.gethostname(), boot_id(), os.getpid(), started_ms)

    @property
    def name(self) -> str:
        """Return the one text that stands for this process."""
        return f"{self.host}:{self.process_id}:{self.process_started_ms}"

    def is_known_dead(self, here: Holder) -> bool:
        """Tell whether the process surely no longer runs, as seen from here.

        False for a process of another host, of which nothing is known. A process of an earlier
        boot is dead.
        """
        if self.host != here.host:
            return False
        if self.boot_id != here.boot_id:
            return True
        try:
            started_ms = int(psutil.Process(self.process_id).create_time() * 1000)
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False
        return abs(started_ms - self.process_started_ms) > 1_000


@dataclass(frozen=True, slots=True)
class Tenant:
    """Name who holds a recliner. is_here: the process runs on this machine."""

    host: str
    process_id: int
    since_utc_ms: int
    is_here: bool


def tenants(
    connection: Connection, recliners: Iterable[str], here: Holder, now_utc_ms: int
) -> dict[str, Tenant]:
    """Tell which of these recliners another process holds now, and who it is; nothing is taken."""
    wanted = {f"recliner:{recliner}": recliner for recliner in recliners}
    rows = connection.execute(select(leases).where(leases.c.subject.in_(wanted)))
    return {
        wanted[row.subject]: Tenant(
            row.host, row.process_id, row.since_utc_ms, row.host == here.host
        )
        for row in rows
        if not _is_free(row, here, now_utc_ms)
    }


def claim(connection: Connection, subjects: Iterable[str], holder: Holder, now_utc_ms: int) -> None:
    """Take all leases or none. Raises LeaseHeld naming who holds the first that is not free."""
    wanted = tuple(dict.fromkeys(subjects))
    if connection.dialect.name == "postgresql":
        connection.execute(text("lock table leases in share row exclusive mode"))
    for row in connection.execute(select(leases).where(leases.c.subject.in_(wanted))):
        if not _is_free(row, holder, now_utc_ms):
            raise LeaseHeld(_who_holds(row))
    for subject in wanted:
        _take(connection, subject, holder, now_utc_ms)


def renew(connection: Connection, subjects: Sequence[str], holder: Holder, now_utc_ms: int) -> None:
    """Say that the holder lives. Raises LeaseLost where it no longer holds what it claimed."""
    if subjects:
        given = {"me": holder.name, "now": now_utc_ms}
        _see_that_all_are_ours(connection.execute(_RENEW, given).rowcount, subjects)


def confirm(connection: Connection, subjects: Sequence[str], holder: Holder) -> None:
    """See that the holder still holds everything, so that no other writes. Raises LeaseLost."""
    if subjects:
        ours = connection.execute(_OURS, {"me": holder.name}).all()
        _see_that_all_are_ours(len(ours), subjects)


def release(connection: Connection, holder: Holder) -> None:
    """Give up every lease of the holder."""
    connection.execute(delete(leases).where(leases.c.holder == holder.name))


_RENEW = (
    update(leases).where(leases.c.holder == bindparam("me")).values(renewed_utc_ms=bindparam("now"))
)
_OURS = select(leases.c.subject).where(leases.c.holder == bindparam("me"))


def _see_that_all_are_ours(count: int, subjects: Sequence[str]) -> None:
    if count < len(subjects):
        raise LeaseLost(
            f"of the {len(subjects)} leases of this collector {len(subjects) - count} were taken"
            " over by another; it must stop"
        )


def _is_free(row: Any, holder: Holder, now_utc_ms: int) -> bool:
    if row.holder == holder.name:
        return True
    age_ms = now_utc_ms - row.renewed_utc_ms
    if age_ms > EXPIRES_AFTER_MS or age_ms < -CLOCK_STEPPED_BACK_MS:
        return True
    other = Holder(row.host, row.boot_id, row.process_id, row.process_started_ms)
    return other.is_known_dead(holder)


def _take(connection: Connection, subject: str, holder: Holder, now_utc_ms: int) -> None:
    values = {
        "holder": holder.name,
        "host": holder.host,
        "boot_id": holder.boot_id,
        "process_id": holder.process_id,
        "process_started_ms": holder.process_started_ms,
        "since_utc_ms": now_utc_ms,
        "renewed_utc_ms": now_utc_ms,
    }
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(leases).values(subject=subject, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["subject"], set_=values))


def _who_holds(row: Any) -> str:
    since = datetime.fromtimestamp(row.since_utc_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    what = "the clerk's work" if row.subject == CLERK else row.subject.removeprefix("recliner:")
    return f"{what} is held by process {row.process_id} on {row.host}, since {since} UTC"
