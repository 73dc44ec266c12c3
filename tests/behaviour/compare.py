"""The differences between a record and what was expected of it, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.behaviour.expectation import End
from tests.behaviour.record import Record, ShownCell

Json = dict[str, Any]
_SHOWN = 600


def differences(end: End, record: Record) -> list[str]:
    """What of a record is not as expected; empty when all is."""
    return list(_end(end, record))


def text_differences(where: str, matcher: object, text: str | None) -> Iterator[str]:
    """Compare one text.

    Args:
        where: What to call it.
        matcher: The exact text, an object of rules, or None where there must be no text.
        text: The text, None when there is none.
    """
    if matcher is None or isinstance(matcher, str):
        if text != matcher:
            yield f"{where}: expected {matcher!r}, got {_short(text)}"
        return
    assert isinstance(matcher, dict)
    if text is None:
        yield f"{where}: expected a text that fits {matcher}, got none"
        return
    for part in _list(matcher.get("contains", [])):
        if part not in text:
            yield f"{where}: {part!r} is not in {_short(text)}"
    for part in _list(matcher.get("lacks", [])):
        if part in text:
            yield f"{where}: {part!r} must not be in {_short(text)}"
    if "matches" in matcher and not re.search(matcher["matches"], text, re.DOTALL):
        yield f"{where}: {matcher['matches']!r} does not match {_short(text)}"
    if len(text) > matcher.get("max_length", len(text)):
        yield f"{where}: {len(text)} characters, at most {matcher['max_length']}"


def _end(end: End, record: Record) -> Iterator[str]:
    wanted = (end.life_cycle, end.result, end.code)
    got = (record.life_cycle, record.result, record.code)
    if wanted != got:
        yield f"end: expected {wanted}, got {got}, error {_short(record.fields['error'])}"
    for name in ("exit", "error", "trace", "message"):
        if name in end.fields:
            yield from text_differences(name, end.fields[name], record.fields[name])
    if "exit" not in end.fields and record.fields["exit"] is not None:
        yield f"exit: expected none, got {_short(record.fields['exit'])}"
    if "error" not in end.fields and end.result == "SUCCESS":
        for name in ("error", "trace"):
            if record.fields[name]:
                yield f"{name}: expected none, got {_short(record.fields[name])}"
    if end.cells is not None:
        yield from _cells(end.cells, record.cells)


def _cells(wanted: list[Json], got: list[ShownCell]) -> Iterator[str]:
    if len(wanted) != len(got):
        yield f"cells: expected {len(wanted)}, got {len(got)}"
    for index, (cell, shown) in enumerate(zip(wanted, got, strict=False)):
        yield from _cell(f"cells[{index}]", cell, shown)


def _cell(where: str, wanted: Json, got: ShownCell) -> Iterator[str]:
    if wanted["state"] != got.state:
        yield f"{where}.state: expected {wanted['state']}, got {got.state} {got.error}"
    if wanted.get("title", "") != got.title:
        yield f"{where}.title: expected {wanted.get('title', '')!r}, got {got.title!r}"
    if "error" in wanted:
        yield from text_differences(f"{where}.error", wanted["error"], got.error)
    yield from _streams(where, wanted, got)
    if "order" in wanted and wanted["order"] != got.order:
        yield f"{where}.order: expected {wanted['order']}, got {got.order}"
    shows = wanted.get("shows", [])
    if len(shows) != len(got.shows):
        kinds = [sorted(show) for show in got.shows]
        yield f"{where}.shows: expected {len(shows)}, got {len(got.shows)}: {kinds}"
    for index, (show, shown) in enumerate(zip(shows, got.shows, strict=False)):
        yield from _show(f"{where}.shows[{index}]", show, shown)


def _streams(where: str, wanted: Json, got: ShownCell) -> Iterator[str]:
    if "text" in wanted:
        text = "".join(got.streams.values())
        yield from text_differences(f"{where}.text", wanted["text"], text)
    for name in ("stdout", "stderr"):
        if name in wanted or "text" not in wanted:
            text = got.streams.get(name, "")
            yield from text_differences(f"{where}.{name}", wanted.get(name, ""), text)


def _show(where: str, wanted: Json, got: Json) -> Iterator[str]:
    for name, matcher in wanted.items():
        if name == "any":
            text = json.dumps(got, ensure_ascii=False)
            yield from text_differences(f"{where}.any", matcher, text)
        elif name not in got:
            yield f"{where}: expected {name}, got {sorted(got)}"
        elif name == "table":
            for part, value in matcher.items():
                if got["table"][part] != value:
                    found = _short(got["table"][part])
                    yield f"{where}.table.{part}: expected {value}, got {found}"
        else:
            yield from text_differences(f"{where}.{name}", matcher, str(got[name]))


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"
