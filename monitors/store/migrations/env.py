"""What Alembic runs for every command: it works on the connection it was given, and no other."""

from alembic import context

from monitors.store.schema import metadata


def run(connection) -> None:  # type: ignore[no-untyped-def]
    """Run the steps that are asked for inside the connection's own transaction."""
    context.configure(connection=connection, target_metadata=metadata)
    context.run_migrations()


run(context.config.attributes["connection"])
