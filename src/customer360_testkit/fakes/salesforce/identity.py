"""Who am I: userinfo and the id URL (contract section 2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.oauth import AccessState, FakeUser, Grant
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.salesforce.times import stamp

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

_IDENTITY = frozenset({"id", "openid", "full"})


class Identity:
    """The two endpoints that tell whose token it is."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        for method in ("GET", "POST"):
            yield Route(method, "/services/oauth2/userinfo", self.userinfo)
        yield Route("GET", "/id/{org}/{user}", self.identity)

    def userinfo(self, call: Call) -> WireAnswer:
        grant = self._identified(call)
        if isinstance(grant, WireAnswer):
            return grant
        fake, user = self._fake, grant.user
        given, _, family = user.name.partition(" ")
        instance = fake.instance_url
        return json_answer(
            200,
            {
                "sub": f"{fake.base(fake.login_host)}/id/{fake.org_id}/{user.id}",
                "user_id": user.id,
                "organization_id": fake.org_id,
                "preferred_username": user.email,
                "nickname": user.login,
                "name": user.name,
                "email": user.email,
                "email_verified": True,
                "given_name": given,
                "family_name": family,
                "zoneinfo": user.time_zone,
                "photos": {"picture": f"{instance}/profilephoto/005/F", "thumbnail": f"{instance}/profilephoto/005/T"},
                "profile": f"{instance}/{user.id}",
                "picture": f"{instance}/profilephoto/005/F",
                "address": {},
                "is_salesforce_integration_user": False,
                "urls": self._urls(user),
                "active": True,
                "user_type": "STANDARD",
                "language": "en_US",
                "locale": "en_US",
                "utcOffset": 0,
                "updated_at": stamp(fake.started_at)[:-5] + "Z",
            },
        )

    def identity(self, call: Call) -> WireAnswer:
        """The URL that the token answer names; at the login host it sends the caller on to the organisation's."""
        fake = self._fake
        if not fake.is_loopback(call.host) and call.host != fake.my_domain:
            return WireAnswer(302, (("location", f"{fake.instance_url}{call.path}"),))
        grant = self._identified(call)
        if isinstance(grant, WireAnswer):
            return grant
        if call.params["org"] != fake.org_id:
            return _forbidden("Wrong_Org")
        if call.params["user"] != grant.user.id:
            return _forbidden("Bad_Id")
        user = grant.user
        given, _, family = user.name.partition(" ")
        return json_answer(
            200,
            {
                "id": f"{fake.base(fake.login_host)}/id/{fake.org_id}/{user.id}",
                "asserted_user": True,
                "user_id": user.id,
                "organization_id": fake.org_id,
                "username": user.email,
                "nick_name": user.login,
                "display_name": user.name,
                "first_name": given,
                "last_name": family,
                "email": user.email,
                "email_verified": True,
                "timezone": user.time_zone,
                "active": True,
                "user_type": "STANDARD",
                "language": "en_US",
                "locale": "en_US",
                "utcOffset": 0,
                "urls": self._urls(user),
            },
        )

    def _identified(self, call: Call) -> Grant | WireAnswer:
        """Whose token it is; the errors of both identity endpoints are 403 in plain text."""
        fake = self._fake
        scheme, _, token = (call.header("authorization") or "").partition(" ")
        token = token if scheme in ("Bearer", "OAuth") else call.query.get("oauth_token", "")
        if not token:
            return _forbidden("Missing_OAuth_Token")
        worth: AccessState
        worth, grant = fake.oauth.check(token)
        if worth != "valid" or grant is None:
            return _forbidden("Bad_OAuth_Token")
        if fake.switches["identity_scope"] == "needed" and not _IDENTITY & set(grant.scopes):
            return _forbidden("Bad_OAuth_Token")
        call.entry.account = grant.user.login
        return grant

    def _urls(self, user: FakeUser) -> dict[str, str]:
        data = f"{self._fake.instance_url}/services/data/v{{version}}"
        return {
            "rest": f"{data}/",
            "sobjects": f"{data}/sobjects/",
            "search": f"{data}/search/",
            "query": f"{data}/query/",
            "recent": f"{data}/recent/",
            "profile": f"{self._fake.instance_url}/{user.id}",
        }


def _forbidden(text: str) -> WireAnswer:
    return WireAnswer(403, (("content-type", "text/plain;charset=UTF-8"),), text.encode())
