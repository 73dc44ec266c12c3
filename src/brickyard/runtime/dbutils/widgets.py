"""``dbutils.widgets``: the parameters of a notebook.

A value that the run brings wins over a widget's default, whenever the widget is made, and can be
read without any widget (docs: widgets; databricks-sdk ``runtime/dbutils_stub.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from brickyard.errors import did_you_mean
from brickyard.runtime.dbutils.utility import Utility
from brickyard.runtime.errors import MagicError
from brickyard.runtime.java_errors import InputWidgetNotDefined

_CHOICES_LIMIT = 1024


class Widgets(Utility):
    """Parameters of a notebook: input widgets, and the values that a run gives them.

    Args:
        values: What the run brings, by widget name.
    """

    title = "dbutils.widgets"

    def __init__(self, values: dict[str, str]) -> None:
        # What the run brings stays, also when its widget is removed: notebooks begin with
        # removeAll() and make their widgets anew, and their parameters must survive that.
        self._given = dict(values)
        self._shown = dict(values)

    @property
    def values(self) -> dict[str, str]:
        """Every value by now, for a process that takes over."""
        return {**self._given, **self._shown}

    def give(self, values: dict[str, str]) -> None:
        """Set values as a run's parameters are set; ``%run`` with arguments does."""
        self._given.update(values)
        self._shown.update(values)

    def text(self, name: str, defaultValue: str, label: str | None = None) -> None:  # noqa: N803
        """Make a text field.

        A widget that exists keeps its value; a parameter of the run wins over the default.

        Args:
            name: By which the value is read.
            defaultValue: The value, unless the run brings one.
            label: What the notebook editor shows beside it.
        """
        self._make("text", name, defaultValue, None, label)

    def dropdown(
        self,
        name: str,
        defaultValue: str,  # noqa: N803
        choices: Sequence[str],
        label: str | None = None,
    ) -> None:
        """Make a field for one of the choices; the default must be among them.

        Args:
            name: By which the value is read.
            defaultValue: The value, unless the run brings one.
            choices: At most 1024 strings.
            label: What the notebook editor shows beside it.
        """
        self._make("dropdown", name, defaultValue, choices, label)

    def combobox(
        self,
        name: str,
        defaultValue: str,  # noqa: N803
        choices: Sequence[str],
        label: str | None = None,
    ) -> None:
        """Make a field for one of the choices or free text.

        Args:
            name: By which the value is read.
            defaultValue: The value, unless the run brings one.
            choices: At most 1024 strings.
            label: What the notebook editor shows beside it.
        """
        self._make("combobox", name, defaultValue, choices, label)

    def multiselect(
        self,
        name: str,
        defaultValue: str,  # noqa: N803
        choices: Sequence[str],
        label: str | None = None,
    ) -> None:
        """Make a field for several of the choices, joined by commas.

        Args:
            name: By which the value is read.
            defaultValue: The value, unless the run brings one; must be among the choices.
            choices: At most 1024 strings.
            label: What the notebook editor shows beside it.
        """
        self._make("multiselect", name, defaultValue, choices, label)

    def get(self, name: str) -> str:
        """The value of a widget, or of a parameter that the run brings.

        Raises:
            InputWidgetNotDefined: There is neither.
        """
        if name not in self._shown:
            raise InputWidgetNotDefined(name, did_you_mean(name, self._shown))
        return self._shown[name]

    def getAll(self) -> dict[str, str]:  # noqa: N802 - the platform's name
        """Every widget's value by name."""
        return dict(self._shown)

    def getArgument(self, name: str, defaultValue: str | None = None) -> str:  # noqa: N802, N803
        """The older form of get, with a default for a name that is not defined.

        Raises:
            InputWidgetNotDefined: There is none of that name, and no default.
        """
        if name not in self._shown and defaultValue is not None:
            return str(defaultValue)
        return self.get(name)

    def remove(self, name: str) -> None:
        """Take a widget away; made again, it has the run's parameter again.

        Raises:
            InputWidgetNotDefined: There is none of that name.
        """
        if name not in self._shown:
            raise InputWidgetNotDefined(name, did_you_mean(name, self._shown))
        del self._shown[name]

    def removeAll(self) -> None:  # noqa: N802 - the platform's name
        """Take all widgets away; made again, they have the run's parameters again."""
        self._shown.clear()

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
        if name in self._given:
            self._shown[name] = self._given[name]
        elif not _suits(kind, self._shown.get(name), choices or ()):
            self._shown[name] = str(default)


def _suits(kind: str, value: str | None, choices: Sequence[str]) -> bool:
    """Whether a widget made again, of another kind perhaps, can keep its value."""
    if value is None or kind in ("text", "combobox"):
        return value is not None
    return all(part in choices for part in _parts(kind, value))


def _parts(kind: str, value: str) -> list[str]:
    """The choices that a value stands for; a multiselect may stand for none."""
    if kind != "multiselect":
        return [value]
    return value.split(",") if value else []


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
    unknown = [value for value in _parts(kind, default) if value not in choices]
    if kind in ("dropdown", "multiselect") and unknown:
        raise MagicError(
            f"dbutils.widgets.{kind}({name!r}): the default {unknown[0]!r} is not a choice.",
            did_you_mean(unknown[0], choices),
        )
