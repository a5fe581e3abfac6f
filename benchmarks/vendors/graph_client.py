"""msgraph-sdk: ``me.contacts.get`` at the address argv[1], with the token argv[2], for the e-mail address argv[3]."""
# mypy: ignore-errors
# Its imports are in the environment of the vendor's client only.

import asyncio
import sys

from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import RequestConfiguration
from loop import under_asyncio
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.users.item.contacts.contacts_request_builder import ContactsRequestBuilder

BASE, TOKEN, EMAIL = sys.argv[1:4]
Query = ContactsRequestBuilder.ContactsRequestBuilderGetQueryParameters


class Token(AccessTokenProvider):
    async def get_authorization_token(self, uri, additional_authentication_context=None):
        return TOKEN

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator([])


adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token()))
adapter.base_url = BASE + "/v1.0"
client = GraphServiceClient(request_adapter=adapter)


async def call():
    asked = Query(filter=f"emailAddresses/any(a:a/address eq '{EMAIL}')", top=20)
    page = await client.me.contacts.get(request_configuration=RequestConfiguration(query_parameters=asked))
    return page.value[0].display_name


asyncio.run(under_asyncio(call))
