from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

from brickyard.delivery.stages import _news, _Seen, notebook_model


def command(position: int, state: str, text: str = "", **more: Any) -> dict[str, Any]:
    data = [{"type": "ansi", "data": text, "name": "stdout"}] if text else []
    results = {"type": "listResults", "data": data}
    return {
        "position": position,
        "command": f"step({position})",
        "state": state,
        "results": results,
        **more,
    }


def news(seen: _Seen, *commands: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(line.stage, line.state, line.text) for line in _news("t", list(commands), seen)]


def test_the_model_is_found_in_the_page() -> None:
    model = {"commands": [{"command": "print('ü %')"}]}
    encoded = base64.b64encode(quote(json.dumps(model)).encode()).decode()
    page = f"<script>var __DATABRICKS_NOTEBOOK_MODEL = '{encoded}';</script>"
    assert notebook_model(page) == model
    assert notebook_model("<html></html>") is None


def test_each_change_is_told_once() -> None:
    seen = _Seen()
    waiting = command(2, "waiting")
    assert news(seen, command(1, "running"), waiting) == [("cell 1: step(1)", "running", "")]
    assert news(seen, command(1, "running"), waiting) == []
    later = command(1, "finished", startTime=1000, finishTime=3500)
    (line,) = _news("t", [later, waiting], seen)
    assert (line.state, line.seconds) == ("finished", 2.5)


def test_running_text_is_told_by_whole_lines_and_the_rest_at_the_end() -> None:
    seen = _Seen()
    assert news(seen, command(1, "running", "a\nb"))[0][2] == "a\n"
    assert news(seen, command(1, "running", "a\nb")) == []
    assert news(seen, command(1, "running", "a\nbc\n"))[0][2] == "bc\n"
    assert news(seen, command(1, "finished", "a\nbc\nd"))[0][2] == "d"


def test_titles_name_stages_and_notes_are_no_stages() -> None:
    seen = _Seen()
    titled = command(1, "error", commandTitle="Train")
    note = {**command(2, "finished"), "command": "%md text"}
    assert news(seen, note, titled) == [("Train", "failed", "")]
