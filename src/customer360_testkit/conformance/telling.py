"""What an error tells whoever logs it: all of it, with what it was raised from."""

from __future__ import annotations

from customer360.core.errors import ValidationFailed


def told(error: BaseException) -> str:
    """Every text of an error and of its causes, as a log shows them; a record's reference is no secret."""
    texts, seen, waiting = list[str](), set[int](), [error]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        kept = {name: value for name, value in vars(each).items() if name != "ref"}
        texts.append(f"{each!r} {each.args} {kept}")
        texts += [] if kept.keys() != vars(each).keys() and getattr(each, "ref", None) else [str(each)]
        texts += [str(problem) for problem in each.problems] if isinstance(each, ValidationFailed) else []
        texts += getattr(each, "__notes__", [])
        hidden = None if each.__suppress_context__ else each.__context__
        waiting += [other for other in (each.__cause__, hidden) if other is not None]
    return "\n".join(texts)
