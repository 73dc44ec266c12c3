"""Bringing an older database up to date with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from brickyard.errors import BrickyardError

_SCRIPTS = Path(__file__).parent / "migrations"


def configuration(file: Path) -> Config:
    """Alembic's settings for one database file."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{file}".replace("%", "%%"))
    return config


def upgrade(file: Path, found: str | None) -> None:
    """Run the migrations that a database has not seen.

    Args:
        file: The database.
        found: Its present revision; None when it has none.

    Raises:
        BrickyardError: The database was written by a newer Brickyard.
    """
    try:
        command.upgrade(configuration(file), "head")
    except CommandError as exc:
        raise BrickyardError(
            f"{file} has schema revision {found!r}, which this Brickyard does not know.",
            "Update Brickyard, or name another home with --home DIR.",
        ) from exc
