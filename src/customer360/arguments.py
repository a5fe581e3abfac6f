"""What a host passes to a verb is of the kind that the verb is annotated with; else :class:`InvalidValue` names it.

Once for all verbs of both faces, so that a slip of the host's is told as one, before anything is read, written or sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, wraps
from inspect import iscoroutinefunction
from math import isfinite
from types import FunctionType, NoneType, UnionType
from typing import Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from customer360.core.errors import InvalidValue
from customer360.core.records import RecordRef, names_a_record, whole

F = TypeVar("F", bound=type)

Fits: TypeAlias = Callable[[Any], bool]


def checked(face: F) -> F:
    """Class decorator: every public verb looks at its arguments first, and so does a constructor of named ones."""
    for name, verb in list(vars(face).items()):
        if isinstance(verb, FunctionType) and _takes_any(verb) and (not name.startswith("_") or verb.__kwdefaults__):
            label = face.__name__ if name == "__init__" else name
            setattr(face, name, _checking(verb, _Arguments(verb, label)))
    return face


def _takes_any(verb: FunctionType) -> bool:
    return verb.__code__.co_argcount + verb.__code__.co_kwonlyargcount > 1


def _checking(verb: FunctionType, arguments: _Arguments) -> Callable[..., Any]:
    if iscoroutinefunction(verb):

        @wraps(verb)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            arguments.check(args, kwargs)
            return await verb(*args, **kwargs)

        return awaited

    @wraps(verb)
    def called(*args: Any, **kwargs: Any) -> Any:
        arguments.check(args, kwargs)
        return verb(*args, **kwargs)

    return called


class _Arguments:
    """The arguments that one verb takes."""

    def __init__(self, verb: FunctionType, label: str) -> None:
        self._verb = verb
        self._label = label
        self._names = verb.__code__.co_varnames[: verb.__code__.co_argcount]
        # Annotations are read when the verb is called first: importing the package stays as short as it was.
        self._kinds: dict[str, tuple[Fits, str]] | None = None

    def check(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Raise :class:`InvalidValue` for the first one that is of another kind; its value is not quoted."""
        kinds = self._kinds
        if kinds is None:
            hints = get_type_hints(self._verb)
            kinds = self._kinds = {name: _kind(hint) for name, hint in hints.items() if name != "return"}
        for given in (zip(self._names[1:], args[1:], strict=False), kwargs.items()):
            for name, value in given:
                kind = kinds.get(name)
                if kind is not None and not kind[0](value):
                    half = " that holds half a character" if isinstance(value, str) and not whole(value) else ""
                    raise InvalidValue(
                        f"{self._label}() was given a {type(value).__name__}{half} as {name}",
                        next_step=f"give {kind[1]}",
                    )


def _kind(hint: Any) -> tuple[Fits, str]:
    """Whether a value is what an annotation says, and that in words."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        kinds = [_kind(each) for each in inner]
        return partial(_any_of, [fits for fits, _ in kinds]), " or ".join(dict.fromkeys(words for _, words in kinds))
    if origin is tuple:
        fits, words = _kind(inner[0])
        return partial(_each_of, fits), f"a tuple, each of it {words}"
    if origin is not None and issubclass(origin, Mapping):
        fits = _PLAIN[str][0] if inner[1] is str else _anything
        return partial(_by_name, fits), "texts by their names (a mapping of str)" if inner[
            1
        ] is str else "values by their names (a mapping of str)"
    if origin is not None:
        return callable, "something to call"
    if getattr(hint, "_is_protocol", False):
        verbs = [name for name, verb in vars(hint).items() if isinstance(verb, FunctionType) and name[0] != "_"]
        return partial(_has, verbs), f"a {hint.__name__}"
    return partial(_is, hint), f"a {hint.__name__}"


def _is(kind: type, value: Any) -> bool:
    return isinstance(value, kind)


def _anything(value: Any) -> bool:
    return True


def _any_of(kinds: list[Fits], value: Any) -> bool:
    return any(fits(value) for fits in kinds)


def _each_of(fits: Fits, value: Any) -> bool:
    return isinstance(value, tuple | list) and all(map(fits, value))


def _by_name(fits: Fits, value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(name, str) and fits(each) for name, each in value.items())


def _has(verbs: list[str], value: Any) -> bool:
    return all(callable(getattr(value, verb, None)) for verb in verbs)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_PLAIN: Mapping[Any, tuple[Fits, str]] = {
    str: (whole, "a text"),
    bool: (partial(_is, bool), "True or False"),
    int: (_is_count, "a whole number"),
    float: (_is_number, "a finite number"),
    NoneType: (partial(_is, NoneType), "None"),
    RecordRef: (names_a_record, "a RecordRef made of three texts: RecordRef(crm, resource, str(id))"),
    Any: (_anything, "anything"),
}
