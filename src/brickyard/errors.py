"""The one root of every error Brickyard raises on purpose.

An error says which field, which value and what to do; the command line prints that in one line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BrickyardError(Exception):
    """Something the user can put right.

    Args:
        message: What went wrong, naming the field and the value.
        remedy: What to do about it, as a sentence; empty when the message already says so.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class MissingExtraError(BrickyardError):
    """An optional dependency is needed and absent."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"The package {package!r} is not installed.",
            f"Install it with: pip install 'brickyard[{extra}]'",
        )


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """Suggest the known names nearest to a wrong one.

    Args:
        wrong: What the user wrote.
        known: Every name that would have been right.

    Returns:
        A sentence such as ``Did you mean 'training'?``, or the known names when none is near,
        or an empty string when nothing is known.
    """
    names = sorted(set(known))
    near = difflib.get_close_matches(wrong, names, n=2, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(map(repr, near))}?"
    if not names:
        return ""
    shown = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    return f"Known: {shown}."
