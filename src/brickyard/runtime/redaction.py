"""Keeping secrets out of output.

As on the platform, the literal value of a secret that the notebook has fetched is replaced; a value
that was transformed is not recognised (docs: secret redaction).
"""

from __future__ import annotations

import re
from typing import Any

from brickyard.runtime.protocol import TABLE_MIME

MASK = "[REDACTED]"

# Base64, where a short secret would be found by chance and break the picture.
_BINARY = ("image/png", "image/jpeg", "image/gif", "application/pdf")


class Redactor:
    """Replaces the secrets seen so far, in whole texts and in streams cut anywhere."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    @property
    def secrets(self) -> list[str]:
        """What is hidden by now, for a process that takes over."""
        return sorted(self._secrets)

    def add(self, secret: str) -> None:
        """Hide a value from now on; an empty or blank one would blank every output."""
        if not secret.strip():
            return
        self._secrets.add(secret)
        # The longest first, lest a secret that begins another leaves its tail readable.
        ordered = sorted(self._secrets, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered)))

    def text(self, text: str) -> str:
        """A whole text without secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def split(self, text: str) -> tuple[str, str]:
        """Divide a stream's text where it may be sent.

        Returns:
            What may go out, redacted; and the tail that could yet become a secret, raw.
        """
        if self._pattern is None:
            return text, ""
        held = 0
        for secret in self._secrets:
            for size in range(min(len(secret) - 1, len(text)), held, -1):
                if text.endswith(secret[:size]):
                    held = size
                    break
        # A tail that starts inside a whole secret belongs to that secret.
        cut = len(text) - held
        for match in self._pattern.finditer(text):
            if match.start() < cut < match.end():
                cut = match.end()
        return self.text(text[:cut]), text[cut:]

    def content(self, content: dict[str, Any]) -> dict[str, Any]:
        """An output's content without secrets; its own keys, and a table's, are not a user's."""
        if self._pattern is None:
            return content
        return {key: self._item(key, item) for key, item in content.items()}

    def _item(self, key: str, item: Any) -> Any:
        if key == TABLE_MIME:
            return self.content(item)
        if key.startswith(_BINARY):
            return item
        return self.value(item)

    def value(self, value: Any) -> Any:
        """A JSON value whose every text is without secrets."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value
