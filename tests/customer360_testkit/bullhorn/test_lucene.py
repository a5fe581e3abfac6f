"""Lucene: what /search takes, what it refuses, what it finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_testkit.bullhorn.by_hand import Client, Make, key, refusal

from customer360_testkit.fakes.bullhorn import lucene
from customer360_testkit.fakes.bullhorn.errors import BullhornError
from customer360_testkit.fakes.bullhorn.lucene import Clauses, Pattern, Range, Word

MALFORMED = (400, "errors.searchQueryMalformed")
REFUSED = [
    "   ",
    ")",
    "()",
    "(name:ada",
    "name:ada)",
    "name:",
    "name::ada",
    "name:ada:byron",
    "AND name:ada",
    "name:ada AND",
    "name:ada OR",
    "name:ada && ",
    "name:ada AND AND id:1",
    "NOT",
    "+",
    'name:"ada',
    "name:ada\\",
    "name:\\u12",
    "name:*da",
    "name:?da",
    "name:*",
    "name:/ad.*/",
    "name:ada/byron",
    "name:ada^",
    "name:ada^x",
    "name:[a TO",
    "name:[a b]",
    "name:{a TO b",
    "name:]",
    "dateAdded:[2026-07-21 TO *]",
    "dateAdded:[2026-07-21T00:00:00Z TO *]",
    "id:x",
    "*:ada",
    "(" * 200 + "name:ada" + ")" * 200,
    " OR ".join(["id:1"] * 1025),
]
ACCEPTED = [
    '(phone:6175550134 OR mobile:6175550134 OR workPhone:6175550134) AND isDeleted:false NOT status:"Archived"',
    '(email:"jo@acme.test" OR email2:"jo@acme.test" OR email3:"jo@acme.test") AND isDeleted:false',
    '((name:"Jo Smith" AND isDeleted:false) OR (firstName:Jo AND isDeleted:false)) NOT status:"Archive"',
    "firstName:jo* AND lastName:smi*",
    "dateLastModified:[20260721000000 TO *]",
    "dateAdded:{20260721 TO 20260722}",
    'externalID:"c360-81"',
    "name:(ada OR grace)^2",
    "name:lovelase~1",
    'name:"ada lovelace"~3',
    "+name:ada -isDeleted:true",
    "!isDeleted:true && name:ada || id:5",
    "name:O\\'Brien\\(x\\)\\:\\*",
    "*:*",
    "id:[1 TO 5]",
    "address.city:Boston",
    "owner.id:1315",
]


@pytest.mark.parametrize("query", REFUSED)
def test_refused(client: Client, query: str) -> None:
    """What the parser cannot read is a 400, by GET and by POST."""
    assert key(client.search(query)) == MALFORMED
    assert key(client("POST", "/search/Candidate", {"query": query})) == MALFORMED


@pytest.mark.parametrize("query", ACCEPTED)
def test_accepted(client: Client, query: str) -> None:
    """What production connectors and the vendor's pages send."""
    assert client.search(query).status_code == 200


@pytest.mark.parametrize("query", ["title:x", "nonsense:1", "owner:1315", "notes:x", "address:x"])
def test_fields_that_do_not_exist(client: Client, query: str) -> None:
    """An unknown field is a 400, and so is an association without a field of it."""
    status, message = refusal(client.search(query))
    assert status == 400
    assert message.startswith("Invalid field")


@pytest.mark.parametrize("query", ["owner.nonsense:1", "nonsense.id:1", "notes.isDeleted:false", "owner.owner.id:1"])
def test_dotted_paths_that_lead_nowhere(client: Client, query: str) -> None:
    """They find nothing, and nobody says so."""
    assert client.found(query) == set()


@pytest.mark.parametrize("query", ["name ada", "nonsense", "name:ada byron", '"ada lovelace"'])
def test_a_clause_without_field(make: Make, query: str) -> None:
    """clause_without_field: it matches everything, or a default field."""
    every = make(clause_without_field="matches_everything")
    assert every.found(query) == every.found("*:*")
    some = make(clause_without_field="default_field")
    assert len(some.found(query)) < len(some.found("*:*"))


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 200)])
def test_leading_wildcard(make: Make, reading: str, status: int) -> None:
    """A term that begins with an asterisk."""
    assert make(leading_wildcard=reading).search("lastName:*velace").status_code == status


def test_operators_do_not_bind(client: Client) -> None:
    """AND makes the clauses at its sides required; OR makes none optional that is required."""
    one = client.person(firstName="Uno", name="Uno Lovelace")
    two = client.person(firstName="Due", name="Due Lovelace")
    client.settle()
    assert client.found("firstName:uno OR firstName:due") == {one, two}
    assert client.found("firstName:uno OR firstName:due AND id:[1 TO *]") == {two}
    assert client.found("firstName:uno firstName:due") == {one, two}
    assert client.found("(firstName:uno OR firstName:due) NOT firstName:due") == {one}
    assert client.found("NOT firstName:due") == set(), "only prohibited clauses find nothing"


def test_text_is_analysed(client: Client) -> None:
    """Words in lower case; a phrase is contained, not equal; wildcards are for one word."""
    mine = client.person(firstName="Zenobia", lastName="Smith-Jones", name="Zenobia Smith-Jones")
    client.settle()
    for query in ("name:ZENOBIA", 'name:"zenobia smith"', 'name:"Smith Jones"', "name:zeno*", "name:z?nobia"):
        assert mine in client.found(query), query
    for query in ('name:"jones smith"', 'name:"enobia"', "name:zenobias", 'name:"zeno*"'):
        assert mine not in client.found(query), query
    assert mine in client.found("name:zenobja~")
    assert mine not in client.found("name:znbj~1")
    assert mine in client.found('name:"zenobia jones"~2')


def test_an_email_phrase_is_contained(client: Client) -> None:
    """So the address of somebody else may be found, too: check what comes."""
    mine = client.person(email="jo@acme.test")
    other = client.person(email="x.jo@acme.test")
    client.settle()
    assert client.found('email:"JO@acme.test"') == {mine, other}
    assert client.found('email:"jo@acme.tes"') == set()


@pytest.mark.parametrize(
    ("stored", "query", "digits", "national"),
    [
        ("(617) 555-0134", "phone:6175550134", True, True),
        ("617.555.0134", 'phone:"617-555-0134"', True, True),
        ("+1 617 555 0134", "phone:6175550134", False, True),
        ("+1 617 555 0134", "phone:16175550134", True, True),
        ("617-555-0134", "phone:16175550134", False, True),
        ("617-555-0134", "phone:617555*", True, True),
        ("617-555-0134", "phone:555013*", False, False),
        ("n/a", "phone:6175550134", False, False),
    ],
)
def test_phone_index(make: Make, stored: str, query: str, digits: bool, national: bool) -> None:
    """Digits are compared as a whole; whether with country code is a reading."""
    for reading, expected in (("digits", digits), ("national", national)):
        client = make(phone_index=reading)
        mine = client.person(phone=stored)
        client.settle()
        assert (mine in client.found(query)) is expected


def test_times_are_digits(client: Client) -> None:
    """An epoch in a range is no error: it is compared as text, and finds everything."""
    mine = client.person()  # 2026-05-14 09:00
    client.settle()
    assert mine in client.found("dateAdded:[20260514085959 TO *]")
    assert mine in client.found("dateAdded:[20260514 TO 20260515]")
    assert mine not in client.found("dateAdded:[20260514090001 TO *]")
    assert mine in client.found("dateAdded:[20260514090000 TO *]")
    assert mine not in client.found("dateAdded:{20260514090000 TO *]")
    assert client.found(f"dateAdded:[{client.fake.now} TO *]") == client.found("*:*")


def test_numbers_flags_and_links(client: Client) -> None:
    """Ranges of numbers, 0 and false, fields of what a link leads to."""
    mine = client.person(owner={"id": 1316}, address={"city": "New York"})
    client.settle()
    assert client.found(f"id:{mine}") == {mine}
    assert client.found(f"id:[{mine} TO *]") == {mine}
    assert client.found(f"id:{{{mine} TO *}}") == set()
    assert mine in client.found("isDeleted:0")
    assert mine in client.found("isDeleted:false")
    assert mine not in client.found("isDeleted:1")
    assert mine in client.found("owner.id:1316")
    assert mine in client.found('owner.name:"lee agent"')
    assert client.found("address.city:york") == {mine}


def test_notes_of_a_person_are_searched_through_the_person(client: Client) -> None:
    """By action, text, time and author."""
    mine = client.person()
    client.note(mine, action="Meeting", comments="Asked about Boston")
    client.settle()
    assert client.found('notes.action:"Meeting"') == {mine}
    assert client.found("notes.comments:boston") == {mine}
    assert client.found("notes.commentingPerson.id:1315") >= {mine}
    assert client.found("notes.dateAdded:[20260514090000 TO *]") == {mine}


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.text())
def test_a_quoted_text_is_one_phrase(text: str) -> None:
    """Whatever is in it, with quotes and backslashes escaped."""
    assert lucene.parse(f"name:{quoted(text)}").parts == (("should", Word("name", text, phrase=True)),)


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=("Cc", "Cs", "Zs"))))
def test_an_escaped_term_is_itself(text: str) -> None:
    """A backslash before every special character, and before the letter u after a backslash of the text."""
    escaped = "".join(f"\\{one}" if one in '+-&|!(){}[]^"~*?:\\/' or one.isspace() else one for one in text)
    (part,) = lucene.parse(f"name:\\{escaped}" if escaped in ("AND", "OR", "NOT") else f"name:{escaped}").parts
    assert part == ("should", Word("name", text))


@given(st.text(alphabet='ab :()[]{}"~*?\\/^+-!&|1ANDORTu', max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else happens."""
    try:
        found = lucene.parse(text)
    except BullhornError:
        return
    assert isinstance(found, Clauses)


def test_trees() -> None:
    """Fields reach into groups; bounds keep their kind; wildcards are pieces."""
    (part,) = lucene.parse("name:(a OR b*)").parts
    assert part[1] == Clauses((("should", Word("name", "a")), ("should", Pattern("name", ("b", ("*",))))))
    assert lucene.parse('d:[1 TO "x y"}').parts[0][1] == Range("d", "1", "x y", True, False)
    assert lucene.parse("a:b\\*").parts[0][1] == Word("a", "b*")
