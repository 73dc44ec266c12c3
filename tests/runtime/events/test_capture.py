from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from brickyard.runtime.events import Outlets, StreamWriter
from brickyard.runtime.events.outlets import Journal, read_journal
from tests.runtime.events.replay import Json, Run, running, texts


@pytest.fixture
def run() -> Iterator[Run]:
    with running() as found:
        yield found


def test_a_forks_text_goes_through_the_captured_descriptor(run: Run) -> None:
    reader, writer = os.pipe()
    out = StreamWriter(run.channel, "stdout", writer)
    pid = os.fork()
    if pid == 0:
        out.write("from the fork")
        os._exit(0)
    os.waitpid(pid, 0)

    assert os.read(reader, 100) == b"from the fork"
    run.channel.flush()
    assert run.received() == []
    os.close(reader)
    os.close(writer)


def test_only_text_can_be_written_and_bytes_to_the_buffer(run: Run) -> None:
    out = StreamWriter(run.channel, "stdout", 1)
    with pytest.raises(TypeError, match="must be str, not bytes"):
        out.write(b"x")  # type: ignore[arg-type]
    assert out.buffer.write(memoryview(b"\xc3\xa4b")) == 3
    run.channel.flush()

    assert texts(run.received(), "stdout") == "äb"
    assert not out.isatty()


@pytest.mark.parametrize("text", ["é" * 700_000, "", "a\ud800b"])
def test_any_text_comes_whole(run: Run, text: str) -> None:
    out = StreamWriter(run.channel, "stdout", 1)
    assert out.write(text) == len(text)
    run.channel.flush()

    assert texts(run.received(), "stdout") == text.replace("\ud800", "?")


CAPTURE = """
import os, socket, sys, threading
from brickyard.runtime.events import Channel, DescriptorCapture, Outlets
from brickyard.runtime.redaction import Redactor
connection = socket.socket(fileno=int(sys.argv[1]))
outlets = Outlets.receive(connection)
channel = Channel(connection, Redactor(), outlets)
capture = DescriptorCapture(channel, outlets)
capture.start()
os.write(1, "n\\u00e4tive".encode()[:2])
os.write(1, "n\\u00e4tive".encode()[2:])
os.system("echo child >&2")
capture.drain()
channel.flush()
[reading] = [t for t in threading.enumerate() if t.name == "brickyard-capture"]
null = os.open(os.devnull, os.O_WRONLY)
os.dup2(null, 1)
os.dup2(null, 2)
reading.join(20)
os._exit(int(reading.is_alive()))
"""


def test_native_text_is_captured_until_its_descriptors_are_replaced() -> None:
    ours, theirs = socket.socketpair()
    outlets = Outlets.create()
    with ours, theirs:
        outlets.send(ours)
        done = subprocess.run(
            [sys.executable, "-c", CAPTURE, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            timeout=60,
            check=False,
        )
        theirs.close()
        with ours.makefile("rb") as lines:
            found: list[Json] = [Run.parse(line) for line in lines]
    outlets.close_rest()

    assert done.returncode == 0
    assert texts(found, "stdout") == "nätive"
    assert texts(found, "stderr") == "child\n"


def test_who_was_given_up_on_gets_no_outlets() -> None:
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs:
        assert Outlets.receive(theirs) is None


def test_a_journal_is_read_by_who_did_not_write_it() -> None:
    outlets = Outlets.create()
    journal = Journal(outlets.journal)
    for stream, data in ((0, b"a"), (0, b"b"), (1, b"c"), (0, b"")):
        journal.append(stream, data)
    assert read_journal(outlets.journal) == (
        journal.number,
        [("stdout", b"ab"), ("stderr", b"c"), ("stdout", b"")],
    )

    journal.restart([(1, b"held"), (0, b"")])
    assert read_journal(outlets.journal) == (journal.number, [("stderr", b"held")])
    assert journal.records() == [("stderr", b"held")]
    outlets.close_writers()
    outlets.close_rest()
