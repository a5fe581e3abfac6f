"""Other clouds, a token that is over, and permissions that nobody granted."""

from __future__ import annotations

import attrs
import pytest
from tests.customer360_microsoft365.against_fake.link import FAKE, GRAPH, Link, found, make, sign_in

from customer360.core import errors as e
from customer360.core.activities import TaskDraft
from customer360.core.effects import Request
from customer360.core.records import RecordRef, RelatedKind
from customer360.core.search import FieldIs


@pytest.mark.parametrize("cloud", ["us_l4", "us_l5", "china"])
def test_other_clouds(cloud: str) -> None:
    """The same verbs on their own hosts; what China lacks is declared and refused before any request."""
    shared_host = {"us_l4": "usgov_l4", "us_l5": "usgov_l5"}.get(cloud, "global")  # two clouds, one sign-in host
    link = sign_in(FAKE(switches={"cloud": shared_host}), cloud=cloud)
    contact = make(link, displayName="Abroad")
    assert contact.id in found(link, FieldIs("displayName", "Abroad"))
    draft = TaskDraft(contact=contact, key="t1", subject="Call back")
    assert link.run(GRAPH.create_activity(link.facts, draft)).resource == "todoTask"
    if cloud != "china":
        assert len(link.run(GRAPH.related(link.facts, contact, RelatedKind.TASK)).items) == 1
        assert contact.id in link.everything("contact")[0]
        return
    before = link.requests
    for op in (
        GRAPH.related(link.facts, contact, RelatedKind.TASK),
        GRAPH.changes(link.facts, "contact"),
        GRAPH.find_created(link.facts, draft, since=link.fake.clock.now()),
        GRAPH.link(link.facts, contact, RecordRef("microsoft365", "todoTask", "x")),
    ):
        with pytest.raises(e.Unsupported):
            link.run(op)
    assert link.requests == before


def test_an_expired_token() -> None:
    """It asks for a refresh."""
    link = sign_in(FAKE())
    link.fake.clock.advance(100_000)  # type: ignore[attr-defined]
    with pytest.raises(e.TokenExpired):
        link.run(GRAPH.identify(link.facts))


@pytest.mark.feature("F095")
def test_a_permission_that_was_not_granted(plain: Link) -> None:
    """Is declared with its name; where the vendor finds it missing, the error names it."""
    scopes = frozenset({"User.Read", "Contacts.ReadWrite"})
    facts = attrs.evolve(plain.facts, scopes=scopes)
    token = plain.fake.oauth.issue(plain.user, scopes).access_token
    grant = attrs.evolve(plain.grant, access_token=token, scopes=scopes)
    poor = Link(plain.connector, plain.fake, facts, grant, plain.user)
    with pytest.raises(e.Unsupported, match=r"Tasks\.ReadWrite"):
        poor.run(GRAPH.related(facts, RecordRef("microsoft365", "contact", "x"), RelatedKind.TASK))
    assert poor.requests == 0
    with pytest.raises(e.MissingScope) as missing:
        poor.send(Request(method="GET", path="/me/todo/lists"))
    assert missing.value.scope == "Tasks.ReadWrite"
    assert poor.run(GRAPH.identify(facts)).user.id == plain.facts.user
