from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from brickyard.runtime import protocol
from brickyard.runtime.events import Channel, StreamWriter
from brickyard.runtime.redaction import Redactor


@pytest.fixture
def ends() -> Iterator[tuple[Channel, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours, Redactor()), theirs


def received(connection: socket.socket) -> list[dict[str, Any]]:
    """The events that are there now."""
    data = b""
    while select.select([connection], [], [], 0)[0]:
        data += connection.recv(1 << 20)
    return [json.loads(line) for line in data.splitlines()]


def texts(events: list[dict[str, Any]]) -> str:
    return "".join(e["content"]["text"] for e in events if e.get("kind") == "stream")


def test_a_line_is_sent_at_once_and_many_wait_for_a_moment(
    ends: tuple[Channel, socket.socket],
) -> None:
    channel, server = ends
    channel.print("stdout", "one\n")
    first = received(server)
    for number in range(100):
        channel.print("stdout", f"{number}\n")
    at_once = received(server)
    channel.flush()

    assert texts(first) == "one\n"
    assert len(at_once) < 10
    assert texts(at_once + received(server)) == "".join(f"{n}\n" for n in range(100))


def test_text_comes_before_the_event_that_follows_it(ends: tuple[Channel, socket.socket]) -> None:
    channel, server = ends
    channel.print("stdout", "out")
    channel.print("stderr", "err")
    channel.position = 3
    channel.send(protocol.end("SUCCESS"))

    found = received(server)
    assert [e["event"] for e in found] == ["output", "output", "end"]
    assert [e["content"] for e in found[:2]] == [
        {"name": "stdout", "text": "out"},
        {"name": "stderr", "text": "err"},
    ]


def test_secrets_are_hidden_in_what_users_said_and_nowhere_else(
    ends: tuple[Channel, socket.socket],
) -> None:
    channel, server = ends
    for secret in ("end", "SUCCESS", "event", "rows", "w"):
        channel.redactor.add(secret)
    table = {"columns": ["rows"], "types": ["t"], "rows": [["end"]], "truncated": False}
    channel.output(protocol.display(0, {protocol.TABLE_MIME: table, "image/png": "aendb"}))
    channel.send(protocol.restart(1, {"w": "end"}, ["end"], cold=False))
    channel.send(protocol.end("SUCCESS", exit_value="SUCCESS", error=None))

    display, restart, end = received(server)
    shown = display["content"]
    assert shown[protocol.TABLE_MIME]["rows"] == [["[REDACTED]"]]
    assert shown["image/png"] == "aendb"
    assert restart["widgets"] == {"w": "end"}
    assert end == {"event": "end", "result": "SUCCESS", "exit_value": "[REDACTED]", "error": None}


def test_output_over_the_allowance_is_dropped_with_one_note(
    ends: tuple[Channel, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, server = ends
    monkeypatch.setattr(protocol, "OUTPUT_LIMIT", 10)
    channel.print("stdout", "12345678")
    channel.flush()
    for _ in range(3):
        channel.output(protocol.display(0, {"text/plain": "x" * 20}))
    channel.send(protocol.error(0, "E", "v", "t"))

    found = received(server)
    assert [e["kind"] for e in found] == ["stream", "stream", "error"]
    assert "the rest of this run's output is not kept" in texts(found)


def test_half_a_surrogate_pair_is_sent_as_a_question_mark(
    ends: tuple[Channel, socket.socket],
) -> None:
    channel, server = ends
    channel.send(protocol.end("SUCCESS", exit_value="a\ud800ü😀"))

    assert received(server)[0]["exit_value"] == "a?ü😀"


def test_a_forks_text_goes_through_the_captured_descriptor(
    ends: tuple[Channel, socket.socket],
) -> None:
    channel, server = ends
    reader, writer = os.pipe()
    out = StreamWriter(channel, "stdout", writer)
    pid = os.fork()
    if pid == 0:
        out.write("from the fork")
        os._exit(0)
    os.waitpid(pid, 0)

    assert os.read(reader, 100) == b"from the fork"
    channel.flush()
    assert received(server) == []
    os.close(reader)
    os.close(writer)


def test_only_text_can_be_written(ends: tuple[Channel, socket.socket]) -> None:
    out = StreamWriter(ends[0], "stdout", 1)

    with pytest.raises(TypeError, match="must be str, not bytes"):
        out.write(b"x")  # type: ignore[arg-type]


CAPTURE = """
import os, socket, sys, threading
from brickyard.runtime.events import Channel, DescriptorCapture
from brickyard.runtime.redaction import Redactor
channel = Channel(socket.socket(fileno=int(sys.argv[1])), Redactor())
capture = DescriptorCapture(channel)
capture.start()
os.write(1, "n\\u00e4tive".encode()[:2])
os.write(1, "n\\u00e4tive".encode()[2:])
os.system("echo child >&2")
capture.drain()
channel.flush()
null = os.open(os.devnull, os.O_WRONLY)
os.dup2(null, 1)
os.dup2(null, 2)
[reading] = [t for t in threading.enumerate() if t.name == "brickyard-capture"]
reading.join(20)
os._exit(int(reading.is_alive()))
"""


def test_native_text_is_captured_until_its_descriptors_are_replaced() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run(
            [sys.executable, "-c", CAPTURE, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            timeout=60,
            check=False,
        )
        found = received(ours)

    assert done.returncode == 0
    by_name = {
        name: texts([e for e in found if e["content"]["name"] == name])
        for name in ("stdout", "stderr")
    }
    assert by_name == {"stdout": "nätive", "stderr": "child\n"}
