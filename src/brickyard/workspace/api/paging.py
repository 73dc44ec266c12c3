"""Pages of a listing: ``page_token``, and the older ``offset``."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Self

from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import invalid

_MAX_OFFSET = 2**53


@dataclass(frozen=True)
class PageToken:
    """Where a page starts.

    Attributes:
        offset: Entries before it.
        limit: Entries on it at most.
    """

    offset: int
    limit: int

    @classmethod
    def read(cls, call: Call, limit: int) -> Self:
        """From a call's ``page_token`` or ``offset``.

        Raises:
            ApiError: The token is not one of ours.
        """
        token = call.optional_text("page_token")
        if not token:
            offset = call.integer("offset", 0)
            if not 0 <= offset <= _MAX_OFFSET:
                raise invalid(f"offset must not be negative, and not {offset}.")
            return cls(offset, limit)
        try:
            offset = int(base64.urlsafe_b64decode(token.encode()).decode())
            if not 0 <= offset <= _MAX_OFFSET:
                raise ValueError(offset)
        except (ValueError, binascii.Error) as exc:
            raise invalid(f"page_token {token[:40]!r} is not valid.") from exc
        return cls(offset, limit)

    def reply(self, name: str, items: list[dict[str, Any]], *, has_more: bool) -> dict[str, Any]:
        """A page with the tokens of its neighbours; an empty list is left out, as there."""
        answer: dict[str, Any] = {name: items} if items else {}
        answer["has_more"] = has_more
        if has_more:
            answer["next_page_token"] = _token(self.offset + self.limit)
        if self.offset:
            answer["prev_page_token"] = _token(max(0, self.offset - self.limit))
        return answer


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode()
