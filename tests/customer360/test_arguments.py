"""What a host passes to a verb is looked at before anything is done, for every verb of both faces."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

from customer360 import aio, client
from customer360.core.errors import InvalidValue
from customer360.core.records import RecordRef
from customer360.vault import MasterKey

FACES = (
    client.Customer360,
    client.Session,
    client.Conversation,
    aio.AsyncCustomer360,
    aio.AsyncSession,
    aio.AsyncConversation,
)
TAKEN = [
    (face, name, parameter)
    for face in FACES
    for name, verb in vars(face).items()
    if inspect.isfunction(verb) and not name.startswith("_")
    for parameter in list(inspect.signature(verb).parameters)[1:]
]
"""Every argument of every verb."""


def called(face: type, verb: str, **given: Any) -> None:
    """The verb of nobody's client: it comes to nothing but its arguments."""
    answer = getattr(face, verb)(None, **given)
    if inspect.iscoroutine(answer):
        asyncio.run(answer)


@pytest.mark.parametrize(("face", "verb", "name"), TAKEN, ids=lambda each: getattr(each, "__name__", each))
def test_an_argument_of_another_kind_is_named(face: type, verb: str, name: str) -> None:
    """Not with an error out of our inside, and without its value."""
    for wrong in (object(), {"+44 20 7946 0000", 7}, b"+44 20 7946 0000"):
        with pytest.raises(InvalidValue, match=rf"{verb}\(\) was given .* as {name}; give ") as refused:
            called(face, verb, **{name: wrong})
        assert "7946" not in str(refused.value)


@pytest.mark.parametrize("face", [client.Customer360, aio.AsyncCustomer360])
@pytest.mark.parametrize("name", ["tenant_id", "store", "key", "match", "deadlines", "endpoints", "plugins", "http"])
def test_a_client_is_opened_with_what_it_takes(face: type, name: str) -> None:
    """Before a store is opened."""
    with pytest.raises(InvalidValue, match=f"as {name}"):
        face(**{"store": "sqlite://", "key": MasterKey.in_memory(), name: object()})


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("search_contacts", {"limit": True}),
        ("search_contacts", {"limit": 1.5}),
        ("get_contact", {"ref": RecordRef("zoho", "Contacts", 6100000000000100002)}),  # type: ignore[arg-type]
        ("get_contact", {"ref": RecordRef("zoho", "Contacts", None)}),  # type: ignore[arg-type]
        ("describe", {"resource": "Contacts\ud800"}),
        ("create_contact", {"fields": {5: "x"}}),
        ("find_contacts", {"phone": 442079460000}),
    ],
)
def test_the_usual_slips(verb: str, given: dict[str, Any]) -> None:
    """Ids that came as numbers out of JSON, half an emoji, a number that has lost its zeros."""
    for face in (client.Session, aio.AsyncSession):
        with pytest.raises(InvalidValue, match=f"as {next(iter(given))}"):
            called(face, verb, **given)


@pytest.mark.parametrize("choice", ["drop", "hold", None, True])
def test_a_choice_is_one_of_its_class(choice: Any) -> None:
    """ "drop" as a text would have held."""
    with pytest.raises(InvalidValue, match="IfPending"):
        called(client.Customer360, "unlink", crm="zoho", if_pending=choice)
