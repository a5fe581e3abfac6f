"""P13: what a pop after a pause opens anew.

Run: python -m benchmarks idle
Two pops with a minute between them, and the same requests by bare clients in their default settings; told are the
connections that the server accepted for each. Then what making thirteen clients costs: a TLS context takes longer than
a request, and ours share one.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from benchmarks.stage.figures import Table, each, sized
from benchmarks.stage.playing import AGENT, Asked, call_from, caller, playing, without_proxies

from customer360.transport.fast_adapter import FastPort
from customer360.transport.httpx_adapter import HttpxPort

CRM = "zoho"
PAUSE = sized(60, 1)
CLIENTS = 13


def main() -> None:
    with playing(CRM) as play:
        customer = caller(play.crm).e164[0]
        cases: dict[str, Callable[[], Any]] = {}
        for name, port in (("the default", HttpxPort()), ("fast", FastPort())):
            client = play.blocking(http=port)
            with play.stage.recording():
                session = client.session(CRM, AGENT)
                session.begin(call_from(customer))
                play.stage.asked()
                session.begin(call_from(customer))
            requests = play.stage.asked()
            cases[f"ours over {name}"] = partial(popped, session, customer)
        for name in ("httpx", "httpx2"):
            bare = importlib.import_module(name).Client()
            cases[f"bare {name}"] = partial(asked_anew, bare, requests)
        for call in cases.values():
            call()
        time.sleep(PAUSE)
        opened = Table(f"P13: connections opened by a pop {PAUSE} s after the last", "count")
        opened.targets = {"ours over the default": "0", "ours over fast": "0"}
        for case, call in cases.items():
            play.stage.facts()
            call()
            opened.add(case, play.stage.facts()["accepted"] - 1)  # less the question's own
        opened.tell()

        made = Table(f"P13: making {CLIENTS} clients", "us", base="bare httpx2")
        makers: dict[str, Callable[[], object]] = {
            "ours over the default": HttpxPort,
            "ours over fast": FastPort,
            "bare httpx": importlib.import_module("httpx").Client,
            "bare httpx2": importlib.import_module("httpx2").Client,
        }
        for _ in range(sized(5, 1)):
            for case, make in makers.items():
                made.add(case, each(partial(several, make), 1))
        made.tell()


def popped(session: Any, customer: str) -> None:
    session.begin(call_from(customer))


def asked_anew(bare: Any, requests: Sequence[Asked]) -> None:
    for asked in requests:
        bare.request(asked.method, asked.url, content=asked.content)


def several(make: Callable[[], object]) -> list[object]:
    """Clients, all alive at once."""
    return [make() for _ in range(CLIENTS)]


if __name__ == "__main__":
    without_proxies()
    main()
