"""What a notebook asks of its environment: TOML in SOURCE format, JSON metadata in ``.ipynb``.

The platform writes the same few facts (``environment_version``, ``base_environment``,
``dependencies``) in both. All of them are kept, also those that are not known here, as long as they
are texts or lists of texts, which both can say.
"""

from __future__ import annotations

import json
import tomllib
from typing import Any

from brickyard.notebook.model import NotebookFormatError

Facts = dict[str, Any]

_TABLE = "tool.databricks.environment"


def to_facts(text: str) -> Facts:
    """The facts that an environment's TOML states.

    Raises:
        NotebookFormatError: It is no TOML.
    """
    try:
        found: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise NotebookFormatError(
            f"The environment in the notebook's '/// script' block is no TOML: {exc}.",
            "Correct it, or remove the block.",
        ) from exc
    for key in _TABLE.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    facts = found if isinstance(found, dict) else {}
    return {name: value for name, value in facts.items() if _is_plain(value)}


def to_text(facts: Facts) -> str | None:
    """The TOML for an environment's facts; None when they say nothing."""
    lines = []
    for name, value in facts.items():
        if not value or not _is_plain(value):
            continue  # the platform writes "" for what was not chosen
        key = name if name.replace("_", "a").replace("-", "a").isalnum() else _quoted(name)
        if isinstance(value, str):
            lines.append(f"{key} = {_quoted(value)}")
        else:
            lines += [f"{key} = [", *(f"  {_quoted(item)}," for item in value), "]"]
    return "\n".join([f"[{_TABLE}]", *lines]) if lines else None


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _quoted(text: str) -> str:
    # JSON's strings are TOML's, but for one control character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
