"""The grammar of a ``%pip`` line: words as bash would part them, options as pip knows them."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, field

from brickyard.errors import did_you_mean
from brickyard.runtime.errors import MagicError
from brickyard.runtime.libraries.uv import without_credentials

# A comment starts a word, as in bash: in ``git+https://…#egg=x`` it does not.
_WORD = re.compile(
    r"""\s*(?:(?P<comment>\#.*)|(?P<word>(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+))""",
    re.DOTALL,
)
_SHELL = re.compile(r"\|\|?|&&?|;|\d?>.*|<.*")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")

# pip's option to uv's; None where the value, or the flag, has no effect here.
_VALUES: dict[str, str | None] = {
    "--requirement": "-r",
    "--constraint": "-c",
    "--editable": "-e",
    "--index-url": "--index-url",
    "--pypi-url": "--index-url",
    "--extra-index-url": "--extra-index-url",
    "--find-links": "--find-links",
    "--trusted-host": "--allow-insecure-host",
    "--only-binary": "--only-binary",
    "--no-binary": "--no-binary",
    "--config-settings": "--config-setting",
    "--config-setting": "--config-setting",
    "--cache-dir": "--cache-dir",
    "--upgrade-strategy": "--upgrade-strategy",
    "--exists-action": None,
    "--progress-bar": None,
    "--retries": None,
    "--root-user-action": None,
    "--timeout": None,
    "--default-timeout": None,
    "--use-feature": None,
}
_FLAGS: dict[str, str | None] = {
    "--upgrade": "--upgrade",
    "--force-reinstall": "--force-reinstall",
    "--ignore-installed": "--force-reinstall",
    "--no-deps": "--no-deps",
    "--no-dependencies": "--no-deps",
    "--no-cache-dir": "--no-cache",
    "--pre": "--prerelease=allow",
    "--no-index": "--no-index",
    "--quiet": "--quiet",
    "--yes": "--yes",
    "--dry-run": "--dry-run",
    "--no-build-isolation": "--no-build-isolation",
    "--require-hashes": "--require-hashes",
    "--break-system-packages": None,
    "--check-build-dependencies": None,
    "--compile": None,
    "--disable-pip-version-check": None,
    "--isolated": None,
    "--no-clean": None,
    "--no-color": None,
    "--no-compile": None,
    "--no-input": None,
    "--no-python-version-warning": None,
    "--no-warn-conflicts": None,
    "--no-warn-script-location": None,
    "--prefer-binary": None,
    "--use-pep517": None,
    "--user": None,
    "--verbose": None,
}
_SHORT = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-i": "--index-url",
    "-f": "--find-links",
    "-C": "--config-settings",
    "-U": "--upgrade",
    "-I": "--ignore-installed",
    "-q": "--quiet",
    "-v": "--verbose",
    "-y": "--yes",
}
# What pip has, and what would put packages where the notebook does not look.
_ELSEWHERE = {
    "-t": "--target",
    "--target": "",
    "--prefix": "",
    "--root": "",
    "--src": "",
    "--python": "",
    "--platform": "",
    "--python-version": "",
    "--implementation": "",
    "--abi": "",
}


@dataclass
class Request:
    """What a line asks for.

    Attributes:
        words: Requirements and names, in order.
        files: Requirements files (``-r``).
        constraints: Constraints files (``-c``).
        editables: Projects to install in place (``-e``).
        options: What uv is given as it is.
        upgrade: ``-U``.
        eager: ``--upgrade-strategy eager``: dependencies are upgraded too.
        force: ``--force-reinstall``.
        quiet: ``-q``.
        yes: ``-y``.
        dry_run: ``--dry-run``.
    """

    words: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    editables: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    upgrade: bool = False
    eager: bool = False
    force: bool = False
    quiet: bool = False
    yes: bool = False
    dry_run: bool = False


def split(line: str) -> list[str]:
    """Part a line into words: quotes and backslashes as in bash, ``#`` begins a comment.

    Raises:
        MagicError: A quotation is not closed, or the line goes on with a shell operator.
    """
    words, position = [], 0
    line = line.rstrip()
    while position < len(line):
        match = _WORD.match(line, position)
        if match is None:
            raise MagicError(
                f"%pip {without_credentials(line)}: a quotation is not closed.",
                "Close the quotation.",
            )
        if match["comment"] is not None:
            break
        if _SHELL.fullmatch(match["word"]):
            raise MagicError(
                f"%pip {without_credentials(line)}: {match['word']!r} belongs to a shell, "
                "which %pip is not.",
                "Quote a version's limits, as in 'pandas>=2', or use %sh for a shell.",
            )
        words.append(_expanded(match["word"]))
        position = match.end()
    return words


def verb_of(words: list[str]) -> tuple[str, list[str]]:
    """The verb of a line, and its other words; options may come before it, as in pip."""
    for position, word in enumerate(words):
        if not word.startswith("-"):
            return word, [*words[:position], *words[position + 1 :]]
    return "", words


def read(verb: str, words: list[str]) -> Request:
    """Read the words of ``install`` or ``uninstall``.

    Raises:
        MagicError: An option is not known, is of no use here, or lacks its value.
    """
    request = Request()
    rest = iter(words)
    for word in rest:
        if word == "--":
            request.words += rest
        elif not word.startswith("-") or word == "-":
            request.words.append(word)
        else:
            for name, value in _options(verb, word):
                if value is None and name in _VALUES:
                    value = next(rest, None)
                    if value is None:
                        raise MagicError(f"%pip {verb}: {word} needs a value.")
                _apply(request, name, value)
    return request


def _expanded(word: str) -> str:
    """A word without its quotes; IPython has put in the notebook's variables already."""
    plain = shlex.split(word)[0]
    if word.startswith("'") or "\\$" in word:
        return plain
    unknown = [match[0] for match in _VARIABLE.finditer(plain) if match[1] not in os.environ]
    if unknown:
        raise MagicError(
            f"%pip: {unknown[0]} in {without_credentials(plain)!r} is no variable of the notebook "
            "or the environment.",
            "Set it in a cell above.",
        )
    return os.path.expandvars(plain)


def _options(verb: str, word: str) -> list[tuple[str, str | None]]:
    """The options that one word holds (``-qU`` holds two), each with what is attached to it."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return [(_known(verb, name, name), value if equals else None)]
    found: list[tuple[str, str | None]] = []
    for position in range(1, len(word)):
        name = _known(verb, f"-{word[position]}", word)
        if name in _VALUES:
            attached = word[position + 1 :].removeprefix("=")
            return [*found, (name, attached or None)]
        found.append((name, None))
    return found


def _known(verb: str, name: str, word: str) -> str:
    if name in _ELSEWHERE:
        raise MagicError(
            f"%pip {verb}: {word} is not supported: %pip fills this notebook's own folder.",
            "Leave it out, or use %sh with a virtual environment of your own.",
        )
    long = _SHORT.get(name, name)
    if long not in _VALUES and long not in _FLAGS:
        hint = did_you_mean(word, [*_VALUES, *_FLAGS]) if word.startswith("--") else ""
        raise MagicError(f"%pip {verb}: the option {word} is not supported.", hint)
    return long


def _apply(request: Request, name: str, value: str | None) -> None:
    ours = _VALUES[name] if name in _VALUES else _FLAGS[name]
    lists = {"-r": request.files, "-c": request.constraints, "-e": request.editables}
    if ours is None:
        return
    if ours in lists:
        lists[ours].append(str(value))
    elif ours == "--upgrade-strategy":
        request.eager = value == "eager"
    elif ours in _SWITCHES:
        setattr(request, _SWITCHES[ours], True)
    elif value is not None:
        request.options += [f"{ours}={value}"]
    else:
        request.options.append(ours)


_SWITCHES = {
    "--upgrade": "upgrade",
    "--force-reinstall": "force",
    "--quiet": "quiet",
    "--yes": "yes",
    "--dry-run": "dry_run",
}
