"""Keys instead of a browser, through both faces: the vendor's words ask, the SDK keeps."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.customer360.links.bent import CRM, Vendor
from tests.customer360.links.test_bends_signing_in import WithKeys

from customer360 import Application, AsyncCustomer360, Customer360, InvalidSettings, Unsupported
from customer360.plugins import Plugins
from customer360.vault import MasterKey

TYPED = {"public_key": "pub-4711", "private_key": "prv-0815"}


def opened(face: type[Any], vendor: Vendor, store_file: Path) -> Any:
    return face(
        store=f"sqlite:///{store_file}",
        key=MasterKey.in_memory(),
        plugins=Plugins({CRM: WithKeys()}, {}),
        endpoints=dict.fromkeys(("api.bent.example", "login.bent.example"), vendor.url),
    )


def test_whoever_embeds_it_asks_for_what_the_crm_wants(vendor: Vendor, store_file: Path) -> None:
    """The questions come from the connector, what is missing is named, and there is no page to send anybody to."""
    with opened(Customer360, vendor, store_file) as client:
        client.link(CRM, settings={}, application=Application("our-guid"))
        asked = client.sign_in_asks(CRM)
        assert [(each.name, each.secret) for each in asked] == [("public_key", True), ("private_key", True)]
        with pytest.raises(InvalidSettings, match="private_key"):
            client.sign_in(CRM, typed={"public_key": "pub-4711"})
        with pytest.raises(Unsupported, match="no sign-in page"):
            client.begin_login(CRM, redirect_uri="http://localhost/back")
        assert client.sign_in(CRM, typed=TYPED).user.id == "1"


def test_the_asyncio_face_has_it_too(vendor: Vendor, store_file: Path) -> None:
    """Same verbs, awaited."""

    async def run() -> str:
        async with opened(AsyncCustomer360, vendor, store_file) as client:
            await client.link(CRM, settings={}, application=Application("our-guid"))
            assert len(await client.sign_in_asks(CRM)) == 2
            return str((await client.sign_in(CRM, typed=TYPED)).user.id)

    assert asyncio.run(run()) == "1"
