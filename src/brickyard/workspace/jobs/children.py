"""``/api/2.0/brickyard/child-runs``: what ``dbutils.notebook.run`` asks of the workspace.

Ours, not the platform's: a notebook's process asks with its run's own token, which says whose
child the new run is.
"""

from __future__ import annotations

import json

from brickyard.workspace.api.auth import Gate
from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import invalid, invalid_state
from brickyard.workspace.api.routing import Operation, Reply
from brickyard.workspace.jobs.identity import lineage
from brickyard.workspace.jobs.job_run import is_active
from brickyard.workspace.jobs.manager import RunManager
from brickyard.workspace.jobs.records import Row, RunRecords
from brickyard.workspace.jobs.render import Renderer

# Each waiting notebook is a process: a notebook that runs itself must come to an end.
MAX_DEPTH = 30
# A caller asks again after that: shorter than any client's patience.
_WAIT_SECONDS = 25.0


class ChildRunsService:
    """Answers running notebooks that run others.

    Args:
        gate: Knows whose token a request has brought.
        runs: The runs.
        manager: Starts them.
        renderer: Knows their pages.
    """

    def __init__(
        self, gate: Gate, runs: RunRecords, manager: RunManager, renderer: Renderer
    ) -> None:
        self._gate = gate
        self._runs = runs
        self._manager = manager
        self._renderer = renderer

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        return [
            Operation("POST", "/brickyard/child-runs/start", self.start),
            Operation("GET", "/brickyard/child-runs/wait", self.wait),
        ]

    async def start(self, call: Call) -> Reply:
        """Run a notebook as a child of the caller's run."""
        caller = self._caller(call)
        if caller["life_cycle"] != "RUNNING":
            raise invalid_state(f"Run {caller['run_id']} is ending: it starts no other runs.")
        depth = len(lineage(self._runs, self._runs.get(caller["parent_id"])))
        if depth >= MAX_DEPTH:
            raise invalid_state(
                f"Notebooks that run notebooks are {depth} deep: at most {MAX_DEPTH} may be."
            )
        arguments = call.mapping("arguments")
        for name, value in arguments.items():
            if not isinstance(value, str):
                raise invalid(f"arguments: {name!r} must be a string, not {json.dumps(value)}.")
        secrets = call.fields.get("secrets", [])
        if not isinstance(secrets, list) or not all(isinstance(item, str) for item in secrets):
            raise invalid("secrets must be an array of strings.")
        run_id = self._manager.start_child(
            caller,
            call.text("notebook_path"),
            call.integer("timeout_seconds"),
            arguments,
            tuple(secrets),
        )
        return {"run_id": run_id, "run_page_url": self._renderer.page_url(self._runs.get(run_id))}

    async def wait(self, call: Call) -> Reply:
        """How a child has ended; or, after a while, that it has not."""
        run_id = call.integer("run_id")
        self._own(call, run_id)
        await self._manager.wait(run_id, _WAIT_SECONDS)
        row = self._own(call, run_id)
        if is_active(row):
            return {"ended": False}
        task = self._runs.tasks(run_id)[0]
        output = self._renderer.output(task)["notebook_output"]
        return {
            "ended": True,
            "result": row["result"],
            "message": task["message"] or row["message"],
            "error": task["error"] or "",
            "exit_value": output.get("result", ""),
        }

    def _caller(self, call: Call) -> Row:
        return self._runs.get(int(self._gate.owner_of(call.request)))

    def _own(self, call: Call, run_id: int) -> Row:
        row = self._runs.get(run_id)
        if row["caller_id"] != self._caller(call)["run_id"]:
            raise invalid(f"Run {run_id} was not started by this notebook.")
        return row
