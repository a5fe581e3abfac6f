"""The language of SOQL (contract section 5.1). What a query means is in :mod:`.meaning`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NoReturn

import attrs
from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from customer360_testkit.fakes.salesforce.errors import SalesforceError, refused

MAX_STATEMENT = 100_000
MAX_LITERAL = 4_000

_GRAMMAR = r"""
?condition: operand
     | operand ("AND"i operand)+                        -> and_
     | operand ("OR"i operand)+                         -> or_
?operand: "(" condition ")"
     | "NOT"i operand                                   -> not_
     | column OPERATOR value                            -> compare
     | column "LIKE"i value                             -> like
     | column "IN"i "(" value ("," value)* ")"          -> in_
     | column "NOT"i "IN"i "(" value ("," value)* ")"   -> not_in
     | column "IN"i "(" query ")"                       -> semi
     | column "NOT"i "IN"i "(" query ")"                -> anti
     | column "INCLUDES"i "(" value ("," value)* ")"    -> includes
     | column "EXCLUDES"i "(" value ("," value)* ")"    -> excludes
column: PATH
value: STRING | INSTANT | DAY | NUMBER | WORD
query: "SELECT"i selection ("," selection)* "FROM"i PATH alias? where? group? order? limit? offset?
?selection: column [alias]                              -> plain
     | PATH "(" [PATH] ")" [alias]                      -> call
     | "(" query ")"                                    -> children
alias: PATH
where: "WHERE"i condition
group: _GROUP_BY column ("," column)*
order: _ORDER_BY key ("," key)*
key: column [DIRECTION] [NULLS]
tail: IN_FIELDS? ("RETURNING"i source ("," source)*)? limit?
source: PATH ["(" column ("," column)* where? order? limit? offset? ")"]
limit: "LIMIT"i INTEGER
offset: "OFFSET"i INTEGER
_GROUP_BY.2: /GROUP\s+BY\b/i
_ORDER_BY.2: /ORDER\s+BY\b/i
IN_FIELDS: /IN\s+(?:ALL|NAME|EMAIL|PHONE|SIDEBAR)\s+FIELDS\b/i
OPERATOR: "=" | "!=" | "<>" | "<=" | ">=" | "<" | ">"
DIRECTION: /(ASC|DESC)\b/i
NULLS: /NULLS\s+(FIRST|LAST)\b/i
STRING: /'(?:[^'\\]|\\(?:["'\\nrtbf%_]|u[0-9A-Fa-f]{4}))*'/
INSTANT: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/
DAY: /\d{4}-\d\d-\d\d(?!T)/
NUMBER: /[+-]?\d+(?:\.\d+)?(?![\w.-])/
INTEGER: /\d+/
WORD: /(?:null|true|false|TODAY|YESTERDAY|TOMORROW|(?:LAST|THIS|NEXT|N)_[A-Z0-9_]+(?::\d+)?)(?![\w:.])/i
PATH: /(?!(?:RESERVED)\b)[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*/i
%ignore /\s+/
""".replace(
    "RESERVED", "SELECT|WHERE|AND|OR|NOT|FROM|LIKE|IN|INCLUDES|EXCLUDES|ASC|DESC|NULLS|LIMIT|OFFSET|HAVING|WITH"
)


@attrs.frozen
class Name:
    """A dotted name, and where in the text it stands (from 1)."""

    parts: tuple[str, ...]
    at: int

    @property
    def text(self) -> str:
        return ".".join(self.parts)


@attrs.frozen
class Value:
    """A literal: ``kind`` is ``string``, ``number``, ``instant``, ``date``, ``word`` (null, true, false) or
    ``relative`` (TODAY, LAST_N_DAYS:3). Of a string, ``value`` is unescaped and ``like`` its pattern."""

    kind: str
    value: Any
    like: str = ""


@attrs.frozen
class Plain:
    name: Name
    alias: str | None = None


@attrs.frozen
class Invoked:
    """``COUNT(Id)``, ``FIELDS(ALL)``, ``toLabel(Status)``: ``argument`` is None for ``COUNT()``."""

    function: str
    argument: Name | None
    alias: str | None
    at: int


@attrs.frozen
class Tail:
    """What follows the FIND of a SOSL statement. ``group`` is upper case; no sources: everything is searched."""

    group: str = "ALL"
    sources: tuple[Query, ...] = ()
    limit: int | None = None


@attrs.frozen
class Children:
    query: Query


@attrs.frozen
class Key:
    name: Name
    descending: bool = False
    nulls_last: bool = False


@attrs.frozen
class Query:
    """``where`` is a tree of ``("and"|"or", parts)``, ``("not", part)`` and ``(operator, Name, values or Query)``."""

    selected: tuple[Plain | Invoked | Children, ...]
    object: Name
    where: tuple[Any, ...] | None = None
    group: tuple[Name, ...] = ()
    order: tuple[Key, ...] = ()
    limit: int | None = None
    offset: int = 0


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)|([%_])", re.DOTALL)


def _plain(found: re.Match[str]) -> str:
    escaped, wild = found.groups()
    if wild:
        return str(wild)
    if len(escaped) == 5:
        return chr(int(escaped[1:], 16))
    return _ESCAPES.get(escaped, escaped)


def _string(token: Token) -> Value:
    inner = str(token)[1:-1]
    if len(inner) > MAX_LITERAL:
        raise malformed("the quoted text is too long")
    return Value("string", _ESCAPE.sub(_plain, inner), inner)


def like_pattern(raw: str) -> re.Pattern[str]:
    """The pattern of a LIKE, from the text as it was escaped; it is matched with casefolded text."""
    pieces, at = [], 0
    for found in _ESCAPE.finditer(raw):
        pieces.append(re.escape(raw[at : found.start()].casefold()))
        wild = found.group(2)
        pieces.append((".*" if wild == "%" else ".") if wild else re.escape(_plain(found).casefold()))
        at = found.end()
    pieces.append(re.escape(raw[at:].casefold()))
    return re.compile("".join(pieces), re.DOTALL)


def _name(token: Token) -> Name:
    return Name(tuple(str(token).split(".")), (token.column or 0))


@v_args(inline=True)
class Build(Transformer[Token, Any]):
    """Makes the tree of a query out of that of the grammar."""

    def column(self, token: Token) -> Name:
        return _name(token)

    def alias(self, token: Token) -> str:
        if "." in token:
            raise malformed(f"unexpected token: {token}")
        return str(token)

    def value(self, token: Token) -> Value:
        text = str(token)
        match token.type:
            case "STRING":
                return _string(token)
            case "NUMBER":
                return Value("number", float(text) if "." in text else int(text))
            case "INSTANT":
                return Value("instant", text)
            case "DAY":
                return Value("date", text)
        lower = text.lower()
        if lower in ("null", "true", "false"):
            return Value("word", {"null": None, "true": True, "false": False}[lower])
        return Value("relative", text.upper())

    def and_(self, *parts: Any) -> Any:
        return "and", parts

    def or_(self, *parts: Any) -> Any:
        return "or", parts

    def not_(self, part: Any) -> Any:
        return "not", part

    def compare(self, name: Name, operator: Token, value: Value) -> Any:
        return "!=" if operator == "<>" else str(operator), name, (value,)

    def like(self, name: Name, value: Value) -> Any:
        return "like", name, (value,)

    def in_(self, name: Name, *values: Value) -> Any:
        return "in", name, values

    def not_in(self, name: Name, *values: Value) -> Any:
        return "not in", name, values

    def semi(self, name: Name, query: Query) -> Any:
        return "semi", name, query

    def anti(self, name: Name, query: Query) -> Any:
        return "anti", name, query

    def includes(self, name: Name, *values: Value) -> Any:
        return "includes", name, values

    def excludes(self, name: Name, *values: Value) -> Any:
        return "excludes", name, values

    def plain(self, name: Name, alias: str | None) -> Plain:
        return Plain(name, alias)

    def call(self, function: Token, argument: Token | None, alias: str | None) -> Invoked:
        return Invoked(str(function), None if argument is None else _name(argument), alias, function.column or 0)

    def children(self, query: Query) -> Children:
        return Children(query)

    def where(self, condition: Any) -> Any:
        return "where", condition

    def group(self, *names: Name) -> Any:
        return "group", names

    def order(self, *keys: Key) -> Any:
        return "order", keys

    def key(self, name: Name, direction: Token | None, nulls: Token | None) -> Key:
        descending = str(direction).upper() == "DESC"
        return Key(name, descending, str(nulls).upper().endswith("LAST"))

    def limit(self, token: Token) -> Any:
        return "limit", int(token)

    def offset(self, token: Token) -> Any:
        return "offset", int(token)

    def source(self, token: Token, *parts: Any) -> Query:
        """An object of a RETURNING as a query of it; without columns it gives ids."""
        columns = tuple(Plain(part) for part in parts if isinstance(part, Name)) or (Plain(Name(("Id",), 1)),)
        return Query(columns, _name(token), **dict(part for part in parts if isinstance(part, tuple)))

    def tail(self, *parts: Any) -> Tail:
        group = next((str(part).split()[1].upper() for part in parts if isinstance(part, Token)), "ALL")
        limit = next((part[1] for part in parts if isinstance(part, tuple)), None)
        return Tail(group, tuple(part for part in parts if isinstance(part, Query)), limit)

    def query(self, *parts: Any) -> Query:
        places = [place for place, part in enumerate(parts) if isinstance(part, Token)]
        at = places[0]
        more: dict[str, Any] = dict(part for part in parts[at + 1 :] if isinstance(part, tuple))
        alias = next((part for part in parts[at + 1 :] if isinstance(part, str)), None)
        query = Query(selected=parts[:at], object=_name(parts[at]), **more)
        return query if alias is None else _without_alias(query, alias)


def _without_alias(query: Query, alias: str) -> Query:
    """``FROM Contact c``: ``c.Name`` is ``Name``."""

    def bare(name: Name) -> Name:
        mine = len(name.parts) > 1 and name.parts[0].lower() == alias.lower()
        return Name(name.parts[1:], name.at) if mine else name

    def within(tree: Any) -> Any:
        match tree:
            case (("and" | "or") as word, parts):
                return word, tuple(within(part) for part in parts)
            case ("not", part):
                return "not", within(part)
            case (word, Name() as name, values):
                return word, bare(name), values
        return tree

    def chosen(one: Plain | Invoked | Children) -> Plain | Invoked | Children:
        if isinstance(one, Plain):
            return attrs.evolve(one, name=bare(one.name))
        if isinstance(one, Invoked) and one.argument is not None:
            return attrs.evolve(one, argument=bare(one.argument))
        return one

    return attrs.evolve(
        query,
        selected=tuple(chosen(one) for one in query.selected),
        where=within(query.where),
        group=tuple(bare(name) for name in query.group),
        order=tuple(attrs.evolve(key, name=bare(key.name)) for key in query.order),
    )


_PARSER = Lark(_GRAMMAR, parser="lalr", start=["query", "condition", "tail"], maybe_placeholders=True)
_BUILD = Build()


def malformed(message: str) -> SalesforceError:
    return refused("MALFORMED_QUERY", message)


@lru_cache(maxsize=4096)
def _parsed(text: str, start: str) -> Any:
    try:
        return _BUILD.transform(_PARSER.parse(text, start=start))
    except UnexpectedInput as wrong:
        _refuse(text, wrong)
    except VisitError as wrong:
        if isinstance(wrong.orig_exc, RecursionError):
            raise _too_deep() from wrong
        raise wrong.orig_exc from wrong
    except RecursionError as wrong:
        raise _too_deep() from wrong


def _too_deep() -> SalesforceError:
    return refused("QUERY_TOO_COMPLICATED", "The query is nested too deeply.")


def parse(text: str) -> Query:
    """A query. Raises SalesforceError MALFORMED_QUERY."""
    if len(text) > MAX_STATEMENT:
        raise malformed(f"SOQL statements cannot be longer than {MAX_STATEMENT} characters.")
    found: Query = _parsed(text, "query")
    return found


def parse_condition(text: str) -> tuple[Any, ...]:
    """The condition of a WHERE, without the word. Raises SalesforceError MALFORMED_QUERY."""
    found: tuple[Any, ...] = _parsed(text, "condition")
    return found


def parse_tail(text: str) -> Tail:
    """What follows the FIND of a SOSL statement. Raises SalesforceError MALFORMED_SEARCH."""
    try:
        found: Tail = _parsed(text, "tail")
    except SalesforceError as wrong:
        raise refused("MALFORMED_SEARCH", wrong.message) from wrong
    return found


def _refuse(text: str, wrong: UnexpectedInput) -> NoReturn:
    at = wrong.pos_in_stream
    if at is None or at < 0 or at >= len(text):
        raise malformed("unexpected token: <EOF>") from wrong
    token = re.match(r"\w+|\S|\s+", text[at:])
    shown = token.group() if token else ""
    raise malformed(f"{_around(text, at)}\nunexpected token: '{shown}'") from wrong


def _around(text: str, at: int) -> str:
    row = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return f"ERROR at Row:{row}:Column:{column}"
