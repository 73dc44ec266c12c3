"""What all modules of ``dbutils`` have in common: help, made from their own docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn

from brickyard.errors import did_you_mean
from brickyard.runtime.errors import NotLocalError

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Utility:
    """A module of ``dbutils``.

    Attributes:
        title: Its name as users write it, such as ``dbutils.fs``.
        absent: What the platform has in it and the local workspace has not, by name, and what to
            do instead.
    """

    title: ClassVar[str] = ""
    absent: ClassVar[Mapping[str, str]] = _NOTHING

    def help(self, moduleOrMethod: str = "") -> None:  # noqa: N803 - the platform's name
        """Print what this module is for and its methods, or all there is to know of one method.

        Args:
            moduleOrMethod: The method's name.
        """
        methods = self._methods()
        if not moduleOrMethod:
            print(f"{self.title}: {_first(type(self))}\n")
            for name, method in methods.items():
                print(f"{name}{_signature(method)} -> {_first(method)}")
            print(f'\nMore of one method: {self.title}.help("name")')
        elif moduleOrMethod in methods:
            method = methods[moduleOrMethod]
            print(f"{self.title}.{moduleOrMethod}{_signature(method)}\n\n{inspect.getdoc(method)}")
        else:
            raise self._unknown(moduleOrMethod)

    def _methods(self) -> dict[str, Callable[..., Any]]:
        """The public methods by name, in the order of their definition."""
        return {
            name: getattr(self, name)
            for name, value in vars(type(self)).items()
            if not name.startswith("_") and inspect.isfunction(value)
        }

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        if name not in type(self).absent:
            raise self._unknown(name)

        def refuse(*_args: object, **_options: object) -> NoReturn:
            raise NotLocalError(f"{self.title}.{name}", type(self).absent[name])

        return refuse

    def _unknown(self, name: str) -> AttributeError:
        hint = did_you_mean(name, self._methods())
        return AttributeError(f"{self.title} has no method {name!r}. {hint}")


def _first(thing: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def _signature(method: Callable[..., Any]) -> str:
    """Its parameters, as the docstrings' readers know the types: without modules and quotes."""
    return str(inspect.signature(method)).replace("'", "")
