"""What a connector may do wrong, and how it shows: one of our errors, that repeats nothing of a customer (X19)."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from customer360.core.connector import Connector
from customer360.core.effects import Cancelled, Now, Operation
from customer360.core.errors import NotFound, PluginBroken
from customer360.core.guarding import DECLARATIONS, OPERATIONS, WRITES, guarded
from customer360.core.linking import LinkFacts
from customer360.core.records import Changes, Contact, Page, RecordRef
from customer360.plugins import installed

FACTS = LinkFacts(crm="zoho", settings={"data_centre": "eu"})
REF = RecordRef("zoho", "Contacts", "42")
SECRET = "+44 20 7946 0958"


def doing(**verbs: Callable[..., Any]) -> Connector:
    """The guarded connector of Zoho, with other verbs."""
    kind = type(installed().connectors["zoho"])
    made: Connector = type("Changed", (kind,), {name: staticmethod(verb) for name, verb in verbs.items()})()
    return guarded(made, ticking)


def ticking() -> float:
    """A clock on which nothing takes long."""
    return 0.0


def outcome(op: Operation[Any]) -> Any:
    """What an operation that awaits nothing comes to."""
    with pytest.raises(StopIteration) as stopped:
        assert op.send(None)
    return stopped.value.value


def giving(value: Any) -> Callable[..., Operation[Any]]:
    async def verb(*_: Any, **__: Any) -> Any:
        return value

    return verb


async def raising(*_: Any, **__: Any) -> Any:
    raise KeyError(SECRET)


def test_every_verb_is_guarded() -> None:
    """One that is added to the contract must be added here; ``error`` is the transport's to watch."""
    verbs = {name: verb for name, verb in vars(Connector).items() if inspect.isfunction(verb) and name[0] != "_"}
    operations = {name for name, verb in verbs.items() if inspect.iscoroutinefunction(verb)}
    assert set(OPERATIONS) == operations
    assert set(DECLARATIONS) == set(verbs) - operations - {"error"}
    assert operations > WRITES


@pytest.mark.fault("X19")
@pytest.mark.promise("R11", "R12")
@pytest.mark.parametrize("verb", ["search", "get", "create_activity"])
def test_what_a_verb_raises_is_a_broken_plugin(verb: str) -> None:
    """It names plugin and line, not the text, in no traceback either; a write may have been applied."""
    with pytest.raises(PluginBroken, match=r"'zoho' raised KeyError at test_guarding.py:\d+") as broken:
        getattr(doing(**{verb: raising}), verb)(FACTS, REF).send(None)
    assert SECRET not in "".join(traceback.format_exception(broken.value))
    assert broken.value.maybe_applied is (verb in WRITES)
    assert not broken.value.retryable


@pytest.mark.fault("X19")
@pytest.mark.promise("R12")
@pytest.mark.parametrize(
    ("verb", "value", "said"),
    [
        ("search", ["nobody"], "gave a list for search, where a Page is due"),
        ("search", Page(items=("somebody",)), "gave a str among search, where a Contact is due"),
        ("search", Page(items=[]), "gave a list of records for search, where a tuple is due"),  # type: ignore[arg-type]
        ("get", None, "gave a NoneType for get, where a Contact is due"),
        ("changes", Changes(changed=(REF,)), "gave a RecordRef among changes"),  # type: ignore[arg-type]
        ("create", "42", "gave a str for create, where a RecordRef is due"),
    ],
)
def test_what_is_not_declared_is_a_broken_plugin(verb: str, value: Any, said: str) -> None:
    """Instead of an error far away, in what works with it."""
    with pytest.raises(PluginBroken, match=said):
        getattr(doing(**{verb: giving(value)}), verb)(FACTS, REF).send(None)


@pytest.mark.fault("X19")
def test_a_verb_that_is_no_operation_is_a_broken_plugin() -> None:
    """A plain function: there is nothing to await."""
    with pytest.raises(PluginBroken, match="raised TypeError"):
        doing(get=lambda *_: None).get(FACTS, REF).send(None)


@pytest.mark.fault("X19")
def test_a_declaration_is_guarded_too() -> None:
    """The runtime reads them at every turn."""

    def failing(*_: Any) -> Any:
        raise ZeroDivisionError(SECRET)

    with pytest.raises(PluginBroken, match="raised ZeroDivisionError") as broken:
        doing(capabilities=failing).capabilities(FACTS)
    assert SECRET not in "".join(traceback.format_exception(broken.value))
    with pytest.raises(PluginBroken, match="gave a int for api_base, where a str is due"):
        doing(api_base=lambda *_: 7).api_base(FACTS)


def test_what_is_right_comes_through() -> None:
    """Values, errors of ours, and what the class declares."""
    contact = Contact(ref=REF, kind="contact", name="Ada")  # type: ignore[arg-type]
    found = doing(get=giving(contact), search=giving(Page(items=(contact,))))
    assert outcome(found.get(FACTS, REF)) is contact
    assert outcome(found.search(FACTS, "Contacts", None)).items == (contact,)  # type: ignore[arg-type]
    assert found.info.key == "zoho"
    assert found.api_base(FACTS).startswith("https://")

    async def gone(*_: Any) -> Any:
        raise NotFound("it is not there")

    with pytest.raises(NotFound):
        doing(get=gone).get(FACTS, REF).send(None)


@pytest.mark.fault("X19")
@pytest.mark.promise("R12")
def test_a_plugin_that_blocks_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """It cannot be stopped, and who shares its thread has waited; a step of a moment is not worth a word."""
    kind = type(installed().connectors["zoho"])
    times = iter([0.0, 5.0, 10.0, 10.1])

    async def slow(*_: Any) -> Any:
        await Now()
        return None

    made: Connector = type("Slow", (kind,), {"update": staticmethod(slow)})()
    op = guarded(made, lambda: next(times)).update(FACTS, REF)  # type: ignore[arg-type]
    assert isinstance(op.send(None), Now)
    with pytest.raises(StopIteration):
        assert op.send(0.0)
    assert [record.getMessage() for record in caplog.records] == [
        "the plugin for zoho blocked its thread for 5.0 s in update"
    ]


@pytest.mark.fault("X13")
def test_what_is_thrown_in_reaches_the_verb() -> None:
    """A cancellation as well as an error of the transport, and what the verb makes of it."""
    seen: list[BaseException] = []

    async def patient(*_: Any) -> Any:
        try:
            await Now()
        except NotFound as error:
            seen.append(error)
        try:
            await Now()
        except Cancelled as error:
            seen.append(error)
            raise

    op = doing(update=patient).update(FACTS, REF)  # type: ignore[arg-type]
    assert isinstance(op.send(None), Now)
    assert isinstance(op.throw(NotFound("it is not there")), Now)
    with pytest.raises(Cancelled):
        op.throw(Cancelled())
    assert [type(each) for each in seen] == [NotFound, Cancelled]
