"""Files being written: in a folder aside, then renamed into place whole.

A reader sees the old file or the new one, never half of one, also when the server is killed; what
a killed server left aside is swept at the next start.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterable
from pathlib import Path
from types import TracebackType
from typing import Self

_BATCH = 1 << 20  # bytes gathered before a write, so that one thread hop moves a megabyte


class Staging:
    """The folder aside; on the file system of the home, so that a rename is atomic.

    Args:
        folder: Made when missing, emptied when not: only one workspace serves a home.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def open(self) -> Draft:
        """Start a file."""
        return Draft(self._folder / secrets.token_hex(16))


class Draft:
    """One file being written.

    Leaving it as a context manager without :meth:`publish` throws it away.
    """

    def __init__(self, aside: Path) -> None:
        self._aside = aside
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._stream = os.fdopen(descriptor, "wb", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()

    def write(self, block: bytes) -> None:
        """Append a block."""
        rest = memoryview(block)
        while rest:
            rest = rest[self._stream.write(rest) :]

    async def fill(self, blocks: AsyncIterable[bytes]) -> None:
        """Append a stream, a megabyte in memory at a time, off the event loop."""
        gathered = bytearray()
        async for block in blocks:
            gathered += block
            if len(gathered) >= _BATCH:
                await asyncio.to_thread(self.write, bytes(gathered))
                gathered.clear()
        if gathered:
            await asyncio.to_thread(self.write, bytes(gathered))

    def publish(self, target: Path, *, overwrite: bool) -> None:
        """Put the file in its place, durable, with its missing parent folders.

        Args:
            target: Its place.
            overwrite: Whether a file that is there may be replaced.

        Raises:
            FileExistsError: Something is there and may not be replaced.
            IsADirectoryError: A folder is there.
            NotADirectoryError: A parent is a file.
        """
        os.fsync(self._stream.fileno())
        _make_parents(target.parent)
        if overwrite:
            self._aside.replace(target)
        else:
            # A link fails when the name is taken; a check before a rename would race.
            os.link(self._aside, target)
            self._aside.unlink()
        self._stream.close()

    def discard(self) -> None:
        """Throw the file away; does nothing once it is published."""
        self._stream.close()
        self._aside.unlink(missing_ok=True)


def _make_parents(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as exc:
        raise NotADirectoryError(f"{folder} is a file") from exc
