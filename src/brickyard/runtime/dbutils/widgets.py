"""``dbutils.widgets``: the parameters of a notebook.

A value that the run brings wins over a widget's default, whenever the widget is made, and can be
read without any widget (docs: widgets; databricks-sdk ``runtime/dbutils_stub.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from brickyard.errors import did_you_mean
from brickyard.runtime.errors import InputWidgetNotDefined, MagicError

_CHOICES_LIMIT = 1024


class Widgets:
    """The widgets of one notebook.

    Args:
        values: What the run brings, by widget name.
    """

    def __init__(self, values: dict[str, str]) -> None:
        self._given = dict(values)
        self._made: dict[str, str] = {}

    @property
    def values(self) -> dict[str, str]:
        """Every value by now, for a process that takes over."""
        return {**self._made, **self._given}

    def give(self, values: dict[str, str]) -> None:
        """Set values as a run's parameters are set; ``%run`` with arguments does."""
        self._given.update(values)

    def text(self, name: str, defaultValue: str, label: str | None = None) -> None:  # noqa: N803
        """A text field."""
        self._make("text", name, defaultValue, None, label)

    def dropdown(
        self,
        name: str,
        defaultValue: str,  # noqa: N803
        choices: Sequence[str],
        label: str | None = None,
    ) -> None:
        """One of the choices; the default must be among them."""
        self._make("dropdown", name, defaultValue, choices, label)

    def combobox(
        self,
        name: str,
        defaultValue: str,  # noqa: N803
        choices: Sequence[str],
        label: str | None = None,
    ) -> None:
        """One of the choices, or free text."""
        self._make("combobox", name, defaultValue, choices, label)

    def multiselect(
        self,
        name: str,
        defaultValue: str,  # noqa: N803
        choices: Sequence[str],
        label: str | None = None,
    ) -> None:
        """Several of the choices, joined by commas; the default must be among them."""
        self._make("multiselect", name, defaultValue, choices, label)

    def get(self, name: str) -> str:
        """The value of a widget, or of a parameter that the run brings.

        Raises:
            InputWidgetNotDefined: There is neither.
        """
        values = self.values
        if name not in values:
            raise InputWidgetNotDefined(name, did_you_mean(name, values) if values else "")
        return values[name]

    def getAll(self) -> dict[str, str]:  # noqa: N802 - the platform's name
        """Every widget's value by name."""
        return self.values

    def getArgument(self, name: str, defaultValue: str | None = None) -> str:  # noqa: N802, N803
        """The older form of :meth:`get`, with a default for a name that is not defined."""
        values = self.values
        if name not in values and defaultValue is not None:
            return str(defaultValue)
        return self.get(name)

    def remove(self, name: str) -> None:
        """Take a widget away.

        Raises:
            InputWidgetNotDefined: There is none of that name.
        """
        if name not in self.values:
            raise InputWidgetNotDefined(name, "")
        self._made.pop(name, None)
        self._given.pop(name, None)

    def removeAll(self) -> None:  # noqa: N802 - the platform's name
        """Take all widgets away."""
        self._made.clear()
        self._given.clear()

    def _make(
        self,
        kind: str,
        name: str,
        default: object,
        choices: Sequence[str] | None,
        label: str | None,
    ) -> None:
        del label  # shown beside the widget in the notebook editor only
        for field, value in (("name", name), ("defaultValue", default)):
            if not isinstance(value, str):
                raise MagicError(
                    f"dbutils.widgets.{kind}: {field} must be a string, not {value!r}.",
                    "Widgets hold strings only: convert it with str().",
                )
        if choices is not None:
            _check_choices(kind, name, str(default), choices)
        self._made.setdefault(name, str(default))


def _check_choices(kind: str, name: str, default: str, choices: Sequence[str]) -> None:
    wrong = [choice for choice in choices if not isinstance(choice, str)]
    if wrong:
        raise MagicError(
            f"dbutils.widgets.{kind}({name!r}): choice {wrong[0]!r} is not a string.",
            "Convert the choices with str().",
        )
    if len(choices) > _CHOICES_LIMIT:
        raise MagicError(
            f"dbutils.widgets.{kind}({name!r}): {len(choices)} choices, at most {_CHOICES_LIMIT}."
        )
    asked = default.split(",") if kind == "multiselect" else [default]
    unknown = [value for value in asked if value not in choices]
    if kind in ("dropdown", "multiselect") and unknown:
        raise MagicError(
            f"dbutils.widgets.{kind}({name!r}): the default {unknown[0]!r} is not a choice.",
            did_you_mean(unknown[0], choices),
        )
