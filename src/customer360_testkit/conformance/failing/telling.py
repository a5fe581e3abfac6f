"""What an error tells whoever logs it: all of it, with what it was raised from."""

from __future__ import annotations


def told(error: BaseException) -> str:
    """Every text of an error and of its causes, as a log shows them; a record's own id is no secret."""
    texts, seen, waiting = list[str](), list[BaseException](), [error]
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.append(each)
        ref = str(getattr(each, "ref", None))
        texts += [text.replace(ref, "") for text in (str(each), repr(each), str(each.args))]
        texts += [str(value) for name, value in vars(each).items() if name != "ref"]
        texts += getattr(each, "__notes__", [])
        hidden = None if each.__suppress_context__ else each.__context__
        waiting += [other for other in (each.__cause__, hidden) if other is not None]
    return "\n".join(texts)
