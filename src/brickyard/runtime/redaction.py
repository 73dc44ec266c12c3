"""Keeping secrets out of output.

As on the platform, the value of a secret that the notebook has fetched is replaced wherever it
stands in output. The forms that text takes by being shown are covered too: as ``repr``, JSON, HTML
and addresses write it. A value that the notebook itself has transformed is not recognised.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus

from brickyard.runtime.protocol import METADATA_MIME, TABLE_MIME

MASK = "[REDACTED]"

# Base64, where a short secret would be found by chance and break the picture.
_BINARY = ("image/png", "image/jpeg", "image/gif", "application/pdf")


class Redactor:
    """Replaces the secrets seen so far, in whole texts and in streams cut anywhere."""

    def __init__(self) -> None:
        self.listener: Callable[[str], None] | None = None
        self._secrets: set[str] = set()
        self._forms: list[bytes] = []
        self._text: re.Pattern[str] | None = None
        self._overlapping: re.Pattern[str] | None = None
        self._bytes: re.Pattern[bytes] | None = None
        self._longest = 0

    @property
    def secrets(self) -> list[str]:
        """What is hidden by now, for a process that takes over."""
        return sorted(self._secrets)

    def add(self, secret: str) -> None:
        """Hide a value from now on; an empty or blank one would blank every output."""
        if not secret.strip() or secret in self._secrets:
            return
        self._secrets.add(secret)
        # The longest first, lest a secret that begins another leaves its tail readable.
        forms = sorted({form for one in self._secrets for form in _forms(one)}, key=len)[::-1]
        either = "|".join(map(re.escape, forms))
        self._text = re.compile(either)
        self._overlapping = re.compile(f"(?=({either}))")
        self._forms = [form.encode("utf-8", "replace") for form in forms]
        self._bytes = re.compile(b"|".join(map(re.escape, self._forms)))
        self._longest = max(map(len, self._forms))
        if self.listener is not None:
            self.listener(secret)

    def text(self, text: str) -> str:
        """A whole text without secrets; those that overlap go together, as one."""
        if self._text is None or self._overlapping is None or not self._text.search(text):
            return text
        pieces, done, start, end = [], 0, -1, -1
        for match in self._overlapping.finditer(text):
            if match.start() >= end:
                if end > 0:
                    pieces += [text[done:start], MASK]
                    done = end
                start = match.start()
            end = max(end, match.end(1))
        return "".join([*pieces, text[done:start], MASK, text[end:]])

    def head(self, text: str, limit: int) -> str:
        """The start of a text: cut after it was redacted, lest the cut spares half a secret."""
        return self.text(text)[:limit]

    def tail(self, text: str, limit: int) -> str:
        """The end of a text, likewise."""
        return self.text(text)[-limit:]

    def split(self, data: bytes) -> tuple[bytes, bytes]:
        """Divide a stream's bytes, UTF-8, where they may be sent.

        Returns:
            What may go out, still raw; and the tail that could yet become a secret.
        """
        if self._bytes is None:
            return data, b""
        cut = len(data) - max(_begun(data, form) for form in self._forms)
        if cut < len(data):
            # A whole secret there may yet prove to be the start of a longer one: it waits too.
            for match in self._bytes.finditer(data, max(0, cut - self._longest)):
                if match.start() < cut < match.end():
                    cut = match.start()
                    break
        return data[:cut], data[cut:]

    def content(self, content: dict[str, Any]) -> dict[str, Any]:
        """An output's content without secrets; its own keys, and a table's, are not a user's."""
        if self._text is None:
            return content
        return {key: self._item(key, item) for key, item in content.items()}

    def _item(self, key: str, item: Any) -> Any:
        if key == TABLE_MIME and isinstance(item, dict):
            return self.content(item)
        if key == METADATA_MIME or key.startswith(_BINARY):
            return item
        return self.value(item)

    def value(self, value: Any) -> Any:
        """A value for JSON, whose every text, number and key is without secrets."""
        if self._text is None or value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int | float | Decimal):
            shown = str(value)
            hidden = self.text(shown)
            return value if hidden == shown else hidden
        if isinstance(value, bytes):
            shown = value.decode("utf-8", "surrogateescape")
            return self.text(shown).encode("utf-8", "surrogateescape")
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value


def _forms(secret: str) -> Iterable[str]:
    """A secret as it is, and as the usual ways of showing a text write it."""
    escaped = repr(f"'\"{secret}")[4:-1]  # both quotes before it: its own single ones are escaped
    written = [secret, escaped, escaped.replace("\\'", "'")]
    written += [json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)]
    for text in written:
        yield text
        yield html.escape(text)
        yield html.escape(text, quote=False)
    if _is_encodable(secret):
        yield quote(secret)
        yield quote(secret, safe="")
        yield quote_plus(secret)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _begun(data: bytes, secret: bytes) -> int:
    """Length of the longest end of the data that a secret begins with, short of all of it."""
    start = data.find(secret[:1], max(0, len(data) - len(secret) + 1))
    while start >= 0:
        if secret.startswith(data[start:]):
            return len(data) - start
        start = data.find(secret[:1], start + 1)
    return 0
