"""A server that answers from memory: what it measures is the client alone.

Run as a process of its own (``python -m benchmarks.stage.server``); it prints its port and ends when its standard input
does. A target is ``/<name>/<rest>``; ``name`` says which upstream ``rest`` belongs to. While it *records*, an unknown
request is carried to the upstream and its answer kept; afterwards everything comes from memory, as fast as one asyncio
protocol can write. It is controlled over the same port:

* ``PUT /~/upstream/<name>`` (body: ``host:port``; a target that names nobody is for the last of them);
* ``PUT /~/record/<0|1>``, ``PUT /~/delay/<milliseconds>``;
* ``PUT /~/fixed/<name>`` (body: JSON): answered to whatever is asked below ``name`` from now on;
* ``GET /~/facts``: ``{"accepted": connections, "answered": requests, "unknown": requests, "most": at once}``, set back
  to nought; ``GET /~/asked``: the last requests, as ``[method, target, body]``.

While playing, a request that was never recorded is answered like the one that differs in nothing but the instants that
it names ("what changed within the hour?" is another question every second), else like the last one of the same path,
whatever its query; a path that was never seen is a 404, and counted as unknown.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress

Key = tuple[bytes, bytes]
"""A request's first line, and its body."""
_INSTANT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d(?::|%3A)\d\d(?::|%3A)\d\d", re.IGNORECASE)


def timeless(line: bytes, body: bytes) -> Key:
    """The same request, whenever it is asked."""
    return _INSTANT.sub(b"*", line), _INSTANT.sub(b"*", body)


class Memory:
    """What the server knows."""

    def __init__(self) -> None:
        self.exact: dict[Key, bytes] = {}
        self.timeless: dict[Key, bytes] = {}
        self.by_path: dict[bytes, bytes] = {}
        self.fixed: dict[bytes, bytes] = {}
        self.upstream: dict[bytes, tuple[str, int]] = {}
        self.root = b""
        self.record = False
        self.delay = 0.0
        self.waiting = 0
        self.asked: deque[Key] = deque(maxlen=100)
        self.facts = dict.fromkeys(("accepted", "answered", "unknown", "most"), 0)

    def answer(self, line: bytes, body: bytes) -> bytes | None:
        """The answer, or None if it must be fetched."""
        method, target, _ = line.split(b" ", 2)
        name = target.split(b"/", 2)[1]
        if name in self.fixed:
            return self.fixed[name]
        found = self.exact.get((line, body))
        if found is not None:
            return found
        if self.record and name in self.upstream:
            return None
        found = self.timeless.get(timeless(line, body)) or self.by_path.get(
            method + target.partition(b"?")[0].rstrip(b"/")
        )
        if found is None:
            self.facts["unknown"] += 1
            found = made(404, b"{}")
        return found

    async def fetched(self, line: bytes, head: bytes, body: bytes) -> bytes:
        """The upstream's answer, kept."""
        method, target, version = line.split(b" ", 2)
        _, name, rest = target.split(b"/", 2)
        reader, writer = await asyncio.open_connection(*self.upstream[name])
        writer.write(b"%s /%s %s\r\nConnection: close%s\r\n\r\n%s" % (method, rest, version, head, body))
        top, _, content = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        first, *lines = top.split(b"\r\n")
        kept = [each for each in lines if each.partition(b":")[0].lower() not in _OURS]
        if b"\r\ntransfer-encoding: chunked" in top.lower():
            content = dechunked(content)
        raw = b"\r\n".join([first, *kept, b"Content-Length: %d" % len(content), b"", content])
        self.exact[line, body] = self.timeless[timeless(line, body)] = raw
        self.by_path[method + target.partition(b"?")[0].rstrip(b"/")] = raw
        return raw

    def control(self, line: bytes, body: bytes) -> bytes:
        """What ``PUT /~/...`` and ``GET /~/...`` do."""
        match line.split(b" ")[1].split(b"/")[2:]:
            case [b"upstream", name]:
                host, _, port = body.decode().partition(":")
                self.upstream[name] = (host, int(port))
                self.root = name
            case [b"fixed", name]:
                self.fixed[name] = made(200, body)
            case [b"record", flag]:
                self.record = flag == b"1"
            case [b"delay", milliseconds]:
                self.delay = float(milliseconds) / 1000
            case [b"facts"]:
                counted = json.dumps(self.facts).encode()
                self.facts = dict.fromkeys(self.facts, 0)
                return made(200, counted)
            case [b"asked"]:
                told = [[*line.decode().split(" ")[:2], body.decode()] for line, body in self.asked]
                self.asked.clear()
                return made(200, json.dumps(told).encode())
            case _:
                return made(404, b"{}")
        return made(200, b"{}")


_OURS = (b"content-length", b"transfer-encoding", b"connection")


def made(status: int, body: bytes) -> bytes:
    return (
        b"HTTP/1.1 %d X\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: %d\r\n"
        b"Server: stage\r\nCache-Control: no-store\r\n\r\n%s" % (status, len(body), body)
    )


def dechunked(content: bytes) -> bytes:
    out = b""
    while content:
        size, _, content = content.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            return out
        out, content = out + content[:length], content[length + 2 :]
    return out


class Peer(asyncio.Protocol):
    """One connection; requests are answered in their order."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.memory.facts["accepted"] += 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            lower = head.lower()
            at = lower.find(b"\r\ncontent-length:")
            length = 0 if at < 0 else int(lower[at + 17 :].split(b"\r\n", 1)[0])
            if len(self.buffer) < end + 4 + length:
                return
            body = self.buffer[end + 4 : end + 4 + length]
            self.buffer = self.buffer[end + 4 + length :]
            line, _, rest = head.partition(b"\r\n")
            self.asked(line, b"\r\n" + rest, body)

    def asked(self, line: bytes, head: bytes, body: bytes) -> None:
        memory = self.memory
        if b" /~/" in line:
            self.write(memory.control(line, body))
            return
        memory.facts["answered"] += 1
        method, _, target = line.partition(b" /")
        if target.partition(b"/")[0] not in memory.upstream and memory.root not in memory.fixed:
            line = b"%s /%s/%s" % (method, memory.root, target)  # some clients know hosts only
        memory.asked.append((line, body))
        raw = memory.answer(line, body)
        if raw is None:
            self.task = asyncio.ensure_future(self.fetch(line, head, body))
        elif memory.delay:
            memory.waiting += 1
            memory.facts["most"] = max(memory.facts["most"], memory.waiting)
            asyncio.get_running_loop().call_later(memory.delay, self.later, raw)
        else:
            self.write(raw)

    def later(self, raw: bytes) -> None:
        self.memory.waiting -= 1
        self.write(raw)

    async def fetch(self, line: bytes, head: bytes, body: bytes) -> None:
        self.write(await self.memory.fetched(line, head, body))

    def write(self, raw: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(raw)


async def serve(ended: Callable[[], object]) -> None:
    """Serve until ``ended``, which blocks, returns."""
    memory = Memory()
    server = await asyncio.get_running_loop().create_server(lambda: Peer(memory), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(ended)
    server.close()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(sys.stdin.read))
