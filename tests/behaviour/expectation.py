"""What is expected of a run, as ``<name>.expected.json`` says it. The format: README.md here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from databricks.sdk.service.jobs import SubmitTask

Json = dict[str, Any]

_MATCHER_KEYS = {"contains", "lacks", "matches", "max_length"}
_TABLE_KEYS = {"columns", "types", "rows", "row_count", "truncated"}
_CELL_KEYS = {"state", "title", "stdout", "stderr", "text", "shows", "order", "error"}
_CELL_STATES = {"finished", "error", "skipped"}
_CODES = {"SUCCESS": "SUCCESS", "FAILED": "RUN_EXECUTION_ERROR"}
_END_KEYS = {"state", "result", "code", "message", "exit", "error", "trace", "cells"}
_RUN_KEYS = {
    "parameters",
    "task",
    "cluster",
    "upstream",
    "cancel_when_printed",
    "kill_when_printed",
}
_SETUP_KEYS = {"files", "wheels", "secrets"}
_WHEEL_KEYS = {"name", "version", "requires"}
_CASE_KEYS = {"why", "setup", "run", "never", "gone", "files", "children"} | _END_KEYS


class ExpectationError(Exception):
    """An expectation, or the folder of them, is not as it should be."""


@dataclass(frozen=True)
class End:
    """How one run ended.

    Attributes:
        life_cycle: Its life cycle state.
        result: Its result state.
        code: Its termination code.
        fields: Matchers by name: ``message``, ``exit``, ``error``, ``trace``.
        cells: What is expected of each cell; None where it is not looked at.
    """

    life_cycle: str
    result: str
    code: str
    fields: Json
    cells: list[Json] | None

    @classmethod
    def read(cls, raw: Json, where: str) -> End:
        """Read the keys of an end, which may stand among others."""
        for name in ("message", "exit", "error", "trace"):
            if name in raw:
                check_matcher(raw[name], f"{where}{name}")
        result = raw.get("result", "SUCCESS")
        code = raw.get("code", _CODES.get(result))
        if code is None:
            raise ExpectationError(f"{where}code: needed with the result {result}.")
        cells = raw.get("cells")
        return cls(
            life_cycle=raw.get("state", "TERMINATED"),
            result=result,
            code=code,
            fields={n: raw[n] for n in ("message", "exit", "error", "trace") if n in raw},
            cells=None
            if cells is None
            else [_cell(cell, f"{where}cells[{i}].") for i, cell in enumerate(cells)],
        )


@dataclass(frozen=True)
class Expectation:
    """All that a file of expectations says.

    Attributes:
        end: How the run ends.
        run: How to run it: parameters, task fields, when to cancel or kill it.
        setup: What must be there first.
        never: Texts that must appear nowhere in the record.
        gone: A pattern whose group finds, in what was printed, processes that must have ended.
        files: Matchers for files by address, read after the run; None where there must be none.
        children: Expected ends of child runs, with ``notebook``.
    """

    end: End
    run: Json = field(default_factory=dict)
    setup: Json = field(default_factory=dict)
    never: list[str] = field(default_factory=list)
    gone: str | None = None
    files: Json = field(default_factory=dict)
    children: list[tuple[str, End]] = field(default_factory=list)

    @classmethod
    def read(cls, raw: Json) -> Expectation:
        """Read a file's content.

        Raises:
            ExpectationError: A key is unknown or missing, or a value is not what it must be.
        """
        _only(raw, _CASE_KEYS, "")
        if "cells" not in raw:
            raise ExpectationError("cells: needed, one entry a cell of the notebook.")
        run, setup = raw.get("run", {}), raw.get("setup", {})
        _check_run(run)
        _check_setup(setup)
        for address, matcher in raw.get("files", {}).items():
            if matcher is not None:
                check_matcher(matcher, f"files.{address}")
        children = raw.get("children", [])
        for index, child in enumerate(children):
            _only(child, _END_KEYS | {"notebook"}, f"children[{index}].")
        return cls(
            end=End.read(raw, ""),
            run=run,
            setup=setup,
            never=raw.get("never", []),
            gone=raw.get("gone"),
            files=raw.get("files", {}),
            children=[(c["notebook"], End.read(c, f"child {c['notebook']}: ")) for c in children],
        )


def check_matcher(matcher: object, where: str) -> None:
    """Refuse what is no matcher: a text, or rules for one."""
    if isinstance(matcher, str):
        return
    if not isinstance(matcher, dict) or not matcher:
        raise ExpectationError(f"{where}: a text or an object of rules, not {matcher!r}.")
    _only(matcher, _MATCHER_KEYS, f"{where}.")
    if "matches" in matcher:
        re.compile(matcher["matches"])


def _check_run(run: Json) -> None:
    _only(run, _RUN_KEYS, "run.")
    task = run.get("task", {})
    if SubmitTask.from_dict({"task_key": "main", **task}).as_dict() != {"task_key": "main", **task}:
        raise ExpectationError(f"run.task: fields that runs/submit does not have: {task}.")


def _check_setup(setup: Json) -> None:
    _only(setup, _SETUP_KEYS, "setup.")
    for address, wheel in setup.get("wheels", {}).items():
        _only(wheel, _WHEEL_KEYS, f"setup.wheels.{address}.")


def _cell(raw: Json | str, where: str) -> Json:
    cell = {"state": raw} if isinstance(raw, str) else dict(raw)
    _only(cell, _CELL_KEYS, where)
    if cell.setdefault("state", "finished") not in _CELL_STATES:
        raise ExpectationError(f"{where}state: {cell['state']!r} is none of {_CELL_STATES}.")
    for name in ("stdout", "stderr", "text", "error"):
        if name in cell:
            check_matcher(cell[name], f"{where}{name}")
    for index, show in enumerate(cell.get("shows", [])):
        _check_show(show, f"{where}shows[{index}].")
    return cell


def _check_show(show: Json, where: str) -> None:
    if not show:
        raise ExpectationError(f"{where}: a MIME type, 'any' or 'table' is needed.")
    for name, wanted in show.items():
        if name == "table":
            _only(wanted, _TABLE_KEYS, f"{where}table.")
        elif "/" in name or name == "any":
            check_matcher(wanted, where + name)
        else:
            raise ExpectationError(f"{where}{name}: a MIME type, 'any' or 'table' is needed.")


def _only(raw: Json, known: set[str], where: str) -> None:
    unknown = sorted(raw.keys() - known)
    if unknown:
        raise ExpectationError(
            f"{where}{unknown[0]}: unknown key. Keys here: {', '.join(sorted(known))}."
        )
