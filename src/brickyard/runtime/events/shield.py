"""Work that Ctrl-C must not break off in the middle: half an event would spoil all that follow."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Shield:
    """Holds an interrupt back until the work is done; for one thread at a time."""

    def __init__(self) -> None:
        self._depth = 0
        self._handler: Any = None
        self._frame: FrameType | None = None
        self._held = False

    def __enter__(self) -> None:
        """Begin; only the main thread is ever interrupted."""
        if threading.current_thread() is threading.main_thread():
            if self._depth == 0:
                self._held = False
                self._handler = signal.signal(signal.SIGINT, self._hold)
            self._depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End, and let an interrupt that came have its effect."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._depth -= 1
        if self._depth == 0:
            signal.signal(signal.SIGINT, self._handler or signal.default_int_handler)
            if self._held and callable(self._handler):
                self._handler(signal.SIGINT, self._frame)

    def _hold(self, _number: int, frame: FrameType | None) -> None:
        self._held, self._frame = True, frame
