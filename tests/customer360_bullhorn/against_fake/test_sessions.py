"""Sessions that expire, are too many or are sent elsewhere; a CRM that asks for a pause."""

from __future__ import annotations

import attrs
import pytest
from tests.customer360_bullhorn.against_fake.link import BH, FAKE, Link, sign_in

from customer360.core import errors as e
from customer360.core.auth import Application
from customer360.core.effects import Request
from customer360_testkit.by_hand import play, signed_in


def test_an_expired_session(link: Link) -> None:
    """It asks for a renewal."""
    other = sign_in(link.fake)
    link.fake.clock.advance(3 * 3600)  # type: ignore[attr-defined]
    with pytest.raises(e.TokenExpired):
        other.run(BH.identify(other.facts))
    link.grant = other.grant
    link.wait(1)
    assert link.run(BH.identify(link.facts)).user.id == link.facts.user


def application(link: Link) -> Application:
    return Application(link.fake.client_id, link.fake.client_secret)


def test_a_data_centre_that_sends_on() -> None:
    """The tenant has moved since it was linked: the renewal is asked for there, and the session is good."""
    link = sign_in(FAKE())
    west = {**link.facts.extra, "oauthUrl": "https://auth-west.bullhornstaffing.com/oauth"}
    op = BH.auth.refresh(attrs.evolve(link.facts, extra=west), application(link), link.grant)
    link.grant = play(op, link.carry, now=link.fake.clock.time)
    assert link.grant.extra["oauthUrl"] == "https://auth-emea.bullhornstaffing.com/oauth"
    assert link.run(BH.identify(link.facts)).user.id == link.facts.user


@pytest.mark.parametrize("most", [25, 50])
def test_sessions_are_few_and_ended(most: int) -> None:
    """One more than there may be is refused for now; logging out makes room."""
    fake = FAKE(switches={"sessions": str(most)})
    links = [sign_in(fake) for _ in range(most)]
    with pytest.raises(e.RateLimited):
        sign_in(fake)
    first = links[0]
    assert play(BH.auth.revoke(first.facts, application(first), first.grant), first.carry, now=fake.clock.time)
    assert sign_in(fake).facts.user == first.facts.user
    with pytest.raises(e.TokenExpired):
        first.run(BH.identify(first.facts))


@pytest.mark.feature("F101")
@pytest.mark.parametrize("how", ["empty", "400", "404"])
def test_an_unknown_user_name(how: str) -> None:
    """However Bullhorn says it."""
    fake = FAKE(switches={"unknown_user": how})
    with pytest.raises(e.InvalidSettings):
        signed_in(BH, fake, settings={"username": "nobody.here"})


@pytest.mark.parametrize("how", ["body", "status"])
def test_too_many_requests(how: str) -> None:
    """With status 429, or with 200 and the code in the body: a pause, and then it goes on."""
    link = sign_in(FAKE(cast=(), switches={"throttled": how}))
    ping = Request(method="GET", path="/ping")

    def often() -> None:
        for _ in range(1600):
            link.send(ping)

    with pytest.raises(e.RateLimited) as limited:
        often()
    assert limited.value.wait is not None
    link.wait(61)
    link.send(ping)
