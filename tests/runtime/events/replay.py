"""The workspace's end of a run's socket, for tests: what it would keep of a process's output."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from brickyard.runtime.events import Channel, Outlets, Remains
from brickyard.runtime.redaction import Redactor

Json = dict[str, Any]


class Run:
    """A channel and who listens to it: a thread, for a socket holds little."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._outlets = Outlets.create()
        self._remains = Remains(self._outlets)
        self._data = b""
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()
        self.channel = Channel(self._theirs, Redactor(), self._outlets)
        self.events: list[Json] = []

    def received(self) -> list[Json]:
        """The events that have come since the last call."""
        self._theirs.sendall(b"\n")  # all before it has come when it has
        while not (self._data.endswith(b"\n\n") or self._data == b"\n"):
            time.sleep(0.0005)
        data, self._data = self._data, b""
        new = [self.parse(line) for line in data.splitlines() if line]
        for event in new:
            self._remains.note(event)
        self.events += new
        return new

    @staticmethod
    def parse(line: bytes) -> Json:
        """An event from its line."""
        event: Json = json.loads(line)
        return event

    def _listen(self) -> None:
        while data := self._ours.recv(1 << 20):
            self._data += data

    def die(self) -> None:
        """Take what is left of a process that was killed."""
        self.received()
        left = self._remains.read(self.channel.position)
        if left is not None:
            self.events.append(json.loads(json.dumps(left)))

    def write(self, stream: int, data: bytes) -> None:
        """As native code writes."""
        import os

        os.write(self._outlets.writers[stream], data)

    def close(self) -> None:
        self._theirs.close()
        self._listener.join()
        self._ours.close()
        self._outlets.close_writers()
        self._remains.close()


@contextmanager
def running() -> Iterator[Run]:
    run = Run()
    try:
        yield run
    finally:
        run.close()


def texts(events: list[Json], stream: str | None = None) -> str:
    """The text that is left of events: unfinished text counts where nothing took its place."""
    done: dict[str, str] = {}
    unfinished: dict[str, str] = {}
    order = ""
    for event in events:
        if event["event"] == "clear":
            done, unfinished, order = {}, {}, ""
        for piece in event.get("pieces", []):
            name = piece["name"]
            done[name] = done.get(name, "") + piece["text"]
            unfinished[name] = piece["open"]
            order += piece["text"]
    if stream is None:
        return order + "".join(unfinished.values())
    return done.get(stream, "") + unfinished.get(stream, "")
