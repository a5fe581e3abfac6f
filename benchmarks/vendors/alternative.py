"""aiohttp or pyreqwest (argv[1]): a GET of argv[2] and its JSON, kept connections."""
# mypy: ignore-errors
# Its imports are in an environment of its own only.

import asyncio
import json
import sys

from loop import under_asyncio

NAME, URL = sys.argv[1:3]
HEADERS = {"Accept": "application/json", "Authorization": "Bearer 0123456789abcdef0123456789abcdef"}


async def over_aiohttp():
    import aiohttp

    async with aiohttp.ClientSession(headers=HEADERS, connector=aiohttp.TCPConnector(limit=100)) as session:

        async def call():
            async with session.get(URL) as answer:
                return json.loads(await answer.read())

        await under_asyncio(call)


async def over_pyreqwest():
    from pyreqwest.client import ClientBuilder

    client = ClientBuilder().default_headers(HEADERS).build()

    async def call():
        answer = await client.get(URL).build().send()
        return json.loads(bytes(await answer.bytes()))

    await under_asyncio(call)


asyncio.run({"aiohttp": over_aiohttp, "pyreqwest": over_pyreqwest}[NAME]())
