"""Databases of earlier versions, with what was in them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from sqlalchemy import insert, select

from brickyard.workspace.store import Store
from brickyard.workspace.store.migrate import configuration
from brickyard.workspace.store.tables import cells, mounts, runs, task_values


def test_runs_and_what_hangs_on_them_survive_0002(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    command.upgrade(configuration(file), "0001")
    with sqlite3.connect(file) as connection:
        connection.executemany(
            "INSERT INTO runs (run_id, parent_id, number_in_job, attempt, run_type, name, creator, "
            "settings, parameters, life_cycle, message, created_ms) "
            "VALUES (?, ?, 1, 0, 'SUBMIT_RUN', 'n', 'ada', '{}', '{}', 'TERMINATED', '', 5)",
            [(1, None), (2, 1), (9, None)],
        )
        connection.execute(
            "INSERT INTO cells (run_id, position, language, source, state) "
            "VALUES (2, 0, 'python', 'print(1)', 'FINISHED')"
        )
    connection.close()
    store = Store(file)
    with store.transaction() as connected:
        found = connected.execute(select(runs.c.run_id, runs.c.parent_id, runs.c.caller_id)).all()
        assert found == [(1, None, None), (2, 1, None), (9, None, None)]
        assert connected.scalars(select(cells.c.source)).all() == ["print(1)"]
        key = connected.execute(
            insert(runs).values(
                number_in_job=1,
                run_type="WORKFLOW_RUN",
                name="n",
                creator="ada",
                settings={},
                parameters={},
                life_cycle="PENDING",
                created_ms=5,
                caller_id=2,
            )
        ).inserted_primary_key
        assert key == (10,)
        connected.execute(insert(task_values).values(run_id=1, task_key="a", key="k", value="1"))
        connected.execute(runs.delete().where(runs.c.run_id == 1))
        assert connected.execute(select(cells)).all() == []
        assert connected.execute(select(task_values)).all() == []
        assert connected.scalars(select(runs.c.caller_id).where(runs.c.run_id == 10)).all() == [
            None
        ]
        assert connected.execute(select(mounts)).all() == []
    store.close()
