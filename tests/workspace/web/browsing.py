"""What a browser would make of a page, and of an event stream."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import httpx

Json = dict[str, Any]


class Html(HTMLParser):
    """A page taken apart: what a browser would see in it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._pieces: list[str] = []
        self.feed(str(text))  # plain: Markup would escape what it is joined with
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)

    @property
    def text(self) -> str:
        """All text, just as it stands."""
        return "".join(self._pieces)

    @property
    def words(self) -> str:
        """All text, one blank between words and between elements."""
        return " ".join(" ".join(self._pieces).split())

    def every(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of every element of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]

    def with_id(self, name: str) -> dict[str, str | None] | None:
        """Attributes of the element of an id."""
        return next((found for _, found in self.tags if found.get("id") == name), None)

    def dangers(self) -> list[str]:
        """What could run code or reach out, apart from the page's own script."""
        found = []
        for tag, attributes in self.tags:
            if tag == "script" and attributes.get("src") != "/static/brickyard/brickyard.js":
                found.append("script")
            if tag in ("object", "embed", "base", "svg", "style"):
                found.append(tag)
            # A frame may run scripts while it has no origin: "allow-same-origin" would give one.
            shut = tag != "iframe" or attributes.get("sandbox") == "allow-scripts"
            if not shut or "srcdoc" in attributes:
                found.append("iframe without sandbox")
            for name, value in attributes.items():
                address = (value or "").strip().lower()
                if name.startswith("on") or name == "style":
                    found.append(name)
                if name in ("href", "src", "action") and address.startswith(_BAD_SCHEMES):
                    found.append(f"{name}={address[:30]}")
                if name == "src" and address.startswith(("http:", "https:", "//")):
                    found.append(f"{name}={address[:30]}")
        return found


_BAD_SCHEMES = ("javascript:", "vbscript:", "data:text")


@dataclass
class Event:
    """One server-sent event."""

    kind: str
    id: str
    parts: list[Json]

    def part(self, name: str) -> Json | None:
        """The part of an id."""
        return next((part for part in self.parts if part["id"] == name), None)


async def read_events(response: httpx.Response) -> AsyncIterator[Event]:
    """Take an event stream apart as a browser does; comments are left out."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
            continue
        if "data" in fields:
            data = json.loads(fields["data"])
            kind = fields.get("event", "message")
            yield Event(kind, fields.get("id", ""), data if isinstance(data, list) else [])
        fields = {}
