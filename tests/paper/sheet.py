"""A CRM's sheet, and whether something stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.paper.paper import Source


class Sheet:
    """A CRM's sheet, cut at its headings."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.headings = [
            (number, len(found[1]), found[2])
            for number, line in enumerate(self.lines)
            if (found := re.fullmatch(r"(#{2,4}) (.+)", line))
        ]

    def section(self, name: str) -> str | None:
        """The text under the heading that begins with ``name``, to the next one that is not below it."""
        for number, level, title in self.headings:
            if title == name or re.match(rf"{re.escape(name)}[. (:—,]", title):
                ends = (at for at, other, _ in self.headings if at > number and other <= level)
                return "\n".join(self.lines[number : next(ends, len(self.lines))])
        return None

    def missing(self, sources: tuple[Source, ...], values: tuple[str, ...] = ()) -> Iterator[str]:
        """Sections and literals that are not there, and values that neither stand there nor fit a literal."""
        texts = []
        for source in sources:
            text = self.section(source.section)
            if text is None:
                yield f"section {source.section!r}"
                continue
            texts.append(text)
            yield from (f"{literal!r} in {source.section}" for literal in source.literals if not _in(literal, text))
        literals = [literal for source in sources for literal in source.literals]
        for value in values:
            if not any(_stands(value, text) for text in texts) and not any(_fits(value, each) for each in literals):
                yield f"the value {value!r} in {[source.section for source in sources]}"


def _in(literal: str, text: str) -> bool:
    """Whether it stands there as it is, or with something short in the place of each single ``*``."""
    parts = re.split(r"(?<!\*)\*(?!\*)", literal)
    pattern = r"[^\s`]{0,60}?".join(map(re.escape, parts))
    return literal in text or (len(parts) > 1 and re.search(pattern, text) is not None)


def _stands(value: str, text: str) -> bool:
    """Whether it stands there as a word of its own: ``Phone`` is not in ``MobilePhone``, nor a host in another's."""
    before = "" if value.startswith("/") else r"(?<![\w.-])" if "." in value else r"(?<![\w-])"
    return re.search(rf"{before}{re.escape(value)}(?![\w-])", text) is not None


def _fits(value: str, literal: str) -> bool:
    """Whether a value is what a literal with ``{...}`` or ``*`` in it stands for."""
    parts = re.split(r"(\{[^}]*\}|\*)", literal)
    holes = {"{": r"[A-Za-z0-9_.-]+", "*": r"[A-Za-z0-9_.-]*"}
    pattern = "".join(holes.get(part[0]) or re.escape(part) for part in parts if part)
    fixed = any(part[0] not in holes for part in parts if part)  # a hole alone fits everything
    return fixed and len(parts) > 1 and re.search(rf"(?:^|/){pattern}$", value) is not None
