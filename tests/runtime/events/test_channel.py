from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.runtime import protocol
from brickyard.runtime.events.limits import MB, TAIL
from brickyard.runtime.redaction import MASK
from tests.runtime.events.replay import Run, running, texts

OUT, ERR = 0, 1


@pytest.fixture
def run() -> Iterator[Run]:
    with running() as found:
        yield found


def kinds(run: Run) -> list[str]:
    return [event["event"] for event in run.events]


def test_a_line_is_sent_at_once_and_many_wait_for_a_moment(run: Run) -> None:
    run.channel.print(OUT, b"one\n")
    first = run.received()
    for number in range(100):
        run.channel.print(OUT, b"%d\n" % number)
    at_once = run.received()
    run.channel.flush()

    assert texts(first) == "one\n"
    assert len(at_once) < 10
    assert texts(at_once + run.received()) == "".join(f"{n}\n" for n in range(100))


def test_text_comes_before_the_event_that_follows_it(run: Run) -> None:
    run.channel.print(OUT, b"out")
    run.channel.print(ERR, b"err")
    run.channel.position = 3
    run.channel.send(protocol.end("SUCCESS"))

    found = run.received()
    assert found[-1]["event"] == "end"
    assert [piece["name"] for event in found[:-1] for piece in event["pieces"]][:2] == [
        "stdout",
        "stderr",
    ]
    assert (texts(found, "stdout"), texts(found, "stderr")) == ("out", "err")


def test_a_bar_stays_open_where_something_is_shown_and_a_line_does_not(run: Run) -> None:
    run.channel.print(OUT, b"half a line")
    run.channel.print(ERR, b"\r 10%")
    run.channel.output(protocol.display(0, {"text/plain": "x"}))
    run.channel.print(OUT, b"the other half\n")
    run.channel.print(ERR, b"\r 20%")
    run.channel.flush()

    found = run.received()
    before = found[: [e["event"] for e in found].index("output")]
    last = {piece["name"]: piece for event in before for piece in event["pieces"]}
    assert last["stdout"] == {"name": "stdout", "text": "half a line", "open": ""}
    assert last["stderr"] == {"name": "stderr", "text": "", "open": " 10%"}
    assert texts(found, "stderr") == " 20%"


def test_secrets_are_hidden_in_what_users_said_and_nowhere_else(run: Run) -> None:
    for secret in ("end", "SUCCESS", "event", "rows", "w", "stdout"):
        run.channel.redactor.add(secret)
    table = {"columns": ["rows"], "types": ["t"], "rows": [["end"]], "truncated": False}
    run.channel.output(protocol.display(0, {protocol.TABLE_MIME: table, "image/png": "aendb"}))
    run.channel.send(protocol.restart(1, {"w": "end"}, ["end"]))
    run.channel.send(protocol.end("SUCCESS", exit_value="SUCCESS", error=None))

    told, (display, restart, end) = run.received()[:6], run.events[6:]
    assert [event["event"] for event in told] == ["secret"] * 6
    shown = display["content"]
    assert shown[protocol.TABLE_MIME]["rows"] == [[MASK]]
    assert shown["image/png"] == "aendb"
    assert restart["widgets"] == {"w": "end"}
    assert end == {"event": "end", "result": "SUCCESS", "exit_value": MASK, "error": None}


def test_binary_is_looked_at_before_it_becomes_base64(run: Run) -> None:
    run.channel.redactor.add("hunter2")
    table = {"columns": ["b"], "types": ["binary"], "rows": [[b"ab"], [b"hunter2"]]}
    run.channel.output(protocol.display(0, {protocol.TABLE_MIME: table}))

    rows = run.received()[1]["content"][protocol.TABLE_MIME]["rows"]
    assert rows == [["YWI="], ["W1JFREFDVEVEXQ=="]]


def test_output_over_a_cells_limit_is_cut_with_a_note_and_its_end_is_kept(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brickyard.runtime.events.limits.TAIL", 20)
    run.channel.allowance.cell_limit = 30
    for number in range(100):
        run.channel.print(OUT, b"line %d\n" % number)
    run.channel.output(protocol.display(0, {"text/plain": "x" * 20}))
    run.channel.flush()
    run.channel.send(protocol.error(0, "E", "v", "t"))
    run.channel.position = 1
    run.channel.print(OUT, b"next\n")
    run.channel.flush()

    found = run.received()
    assert kinds(run).count("output") == 1  # the error
    text = texts(found)
    assert text.startswith("line 0\nline 1\nline 2\nline 3\nli")
    assert text.count("*** Output over") == 1
    assert "left out here. ***\n 97\nline 98\nline 99\n" in text
    assert texts([e for e in found if e.get("position") == 1]) == "next\n"


def test_the_run_has_a_limit_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "RUN_OUTPUT_LIMIT", 25)
    for position in range(4):
        run.channel.position = position
        run.channel.print(OUT, b"0123456789")
        run.channel.flush()

    by_cell = [texts([e for e in run.received() or run.events if e["position"] == n]) for n in (2,)]
    assert by_cell[0].startswith("01234\n*** Output over 0 MB, the limit of a run, is not kept.")
    assert run.channel.allowance.used == 25


def test_no_mask_is_cut_so_that_a_secret_shows(run: Run) -> None:
    run.channel.redactor.add("hunter2")
    for limit in range(8):
        run.channel.allowance.cell_limit = limit
        run.channel.print(OUT, b"hunter2 hunter2")
        run.channel.flush()
    run.received()
    assert "hun" not in json.dumps(run.events[1:])


def test_an_output_too_large_is_named_where_it_would_be(run: Run) -> None:
    run.channel.limit_cells("1")
    run.channel.output(protocol.display(0, {"text/html": "x" * 2 * MB}))
    run.channel.output(protocol.display(0, {"text/html": "y"}))

    text = texts(run.received())
    assert "*** An output of 2.0 MB is left out: text/html. ***" in text
    assert "output" not in kinds(run)


@pytest.mark.parametrize("value", ["0", "21", "x", "", "1.5", "-1"])
def test_a_senseless_limit_is_refused(run: Run, value: str) -> None:
    with pytest.raises(ValueError, match="a whole number from 1 to 20"):
        run.channel.limit_cells(value)


def test_what_is_updated_or_cleared_uses_up_no_allowance(run: Run) -> None:
    run.channel.allowance.cell_limit = 2000
    for number in range(100):
        data = {"text/plain": f"{number}" + "x" * 300}
        run.channel.output(protocol.display(0, data, "d", update=number > 0))
    for _ in range(100):
        run.channel.clear(wait=True)
        run.channel.output(protocol.display(0, {"text/plain": "x" * 300}))

    found = run.received()
    assert kinds(run).count("output") == 200
    assert kinds(run).count("clear") == 100
    assert texts(found) == ""


def test_clearing_waits_for_the_next_output_or_the_end_of_the_cell(run: Run) -> None:
    run.channel.print(OUT, b"a\n")
    run.channel.clear(wait=True)
    run.received()
    assert kinds(run) == ["printed"]
    run.channel.print(OUT, b"b\n")
    run.channel.clear()
    run.received()
    assert kinds(run) == ["printed", "clear", "printed", "clear"]
    run.channel.clear(wait=True)
    run.channel.flush()
    assert [e["event"] for e in run.received()] == ["clear"]


def test_half_a_surrogate_pair_is_sent_as_a_question_mark(run: Run) -> None:
    run.channel.send(protocol.end("SUCCESS", exit_value="a\ud800ü😀"))

    assert run.received()[0]["exit_value"] == "a?ü😀"


def test_what_was_taken_and_not_sent_is_found_after_a_crash(run: Run) -> None:
    run.channel.redactor.add("hunter2")
    for number in range(50):
        run.channel.print(OUT, b"%d\n" % number)
    run.channel.print(ERR, "hün".encode()[:2])
    run.channel.print(ERR, b"hunt")
    run.write(ERR, b"er2 and \xe2")
    run.write(OUT, b"native")
    run.die()

    assert texts(run.events, "stdout") == "".join(f"{n}\n" for n in range(50)) + "native"
    assert texts(run.events, "stderr") == f"h\ufffd{MASK} and \ufffd"


def test_what_was_sent_is_not_found_again(run: Run) -> None:
    run.channel.print(OUT, b"sent\n")
    run.channel.print(OUT, b"50%")
    run.channel.send(protocol.display(0, {"text/plain": "x"}))
    run.die()

    assert texts(run.events) == "sent\n50%"


def test_text_that_a_crash_ends_goes_on_with_its_line(run: Run) -> None:
    run.channel.print(ERR, b"\r 10%")
    run.channel.output(protocol.display(0, {"text/plain": "x"}))
    run.channel.print(ERR, b"\r 20%")
    run.die()

    assert texts(run.events) == " 20%"


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["out", "err", "native out", "native err"]), st.integers(1, 9)),
        st.tuples(st.sampled_from(["show", "fail", "end cell", "pause", "clear"]), st.just(0)),
    ),
    max_size=40,
)
LETTERS = "ab1\"'\\\n\r<&é€ "
SECRETS = st.lists(
    st.text(alphabet=LETTERS, min_size=3, max_size=9).filter(lambda s: len(s.strip()) > 1),
    min_size=1,
    max_size=3,
)


class Notebook:
    """Puts out the same text in every way there is, in pieces."""

    def __init__(self, run: Run, text: str) -> None:
        self._run = run
        self._text = text
        self._left = dict.fromkeys(["out", "err", "native out", "native err"], text.encode())

    def do(self, action: str, size: int) -> None:
        channel, text = self._run.channel, self._text
        if action in self._left:
            self._write(action, size)
        elif action == "show":
            table = {"columns": [text], "types": ["s"], "rows": [[text, {text: [text]}]]}
            data = {"text/plain": repr(text), "text/html": text, protocol.TABLE_MIME: table}
            channel.output(protocol.display(0, data))
        elif action == "fail":
            channel.send(protocol.error(0, "E", text, text))
            channel.send(protocol.end("FAILED", error=text, error_trace=repr(text)))
        elif action == "end cell":
            channel.flush()
            channel.position += 1
        elif action == "clear":
            channel.clear(wait=True)
        else:
            channel.send(protocol.cell(0, "RUNNING", 0))

    def _write(self, way: str, size: int) -> None:
        piece, self._left[way] = self._left[way][:size], self._left[way][size:]
        stream = OUT if way.endswith("out") else ERR
        if way.startswith("native"):
            self._run.write(stream, piece)
        else:
            self._run.channel.print(stream, piece)


@given(
    secrets=SECRETS,
    text=st.text(alphabet=LETTERS, max_size=30),
    actions=ACTIONS,
    crash=st.booleans(),
)
def test_no_secret_is_stored_whatever_the_interleaving(
    secrets: list[str], text: str, actions: list[tuple[str, int]], crash: bool
) -> None:
    whole = text + secrets[0] + text + "".join(secrets)
    with running() as run:
        for secret in secrets:
            run.channel.redactor.add(secret)
        told = len(run.received())
        notebook = Notebook(run, whole)
        for action, size in actions:
            notebook.do(action, size)
        if not crash:
            notebook.do("end cell", 0)
        run.die()
        kept = run.events[told:]

    by_cell = [[e for e in kept if e.get("position") == n] for n in range(len(actions) + 2)]
    streams = [texts(cell, name) for cell in by_cell for name in ("stdout", "stderr")]
    for found in [*_strings(kept), *streams]:
        for part in found.split(MASK):
            assert not any(secret in part for secret in secrets)


def _strings(value: object) -> Iterator[str]:
    """Every text in a value for JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def test_the_tail_is_bounded() -> None:
    with running() as run:
        run.channel.allowance.cell_limit = 0
        for _ in range(40):
            run.channel.allowance.admit("stdout", "x" * 10_000)
        tail = run.channel.allowance.end_cell()
    assert sum(len(text) for name, text in tail if name == "stdout") == TAIL


INTERRUPTED = """
import os, signal, threading
from tests.runtime.events.replay import running, texts
for _ in range(15):
    with running() as run:
        threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT)).start()
        printed = 0
        try:
            while True:
                run.channel.print(printed % 2, b"%d\\n" % printed)
                printed += 1
        except KeyboardInterrupt:
            pass
        run.channel.flush()
        run.received()
    found = texts(run.events, "stdout") + texts(run.events, "stderr")
    numbers = sorted(int(line) for line in found.split())
    assert numbers[:printed] == list(range(printed))
    assert len(numbers) <= printed + 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""


def test_an_interrupt_spoils_no_event() -> None:
    # In a process of its own: hooks of test tools may swallow an interrupt that falls into them.
    subprocess.run([sys.executable, "-c", INTERRUPTED], check=True, timeout=120)
