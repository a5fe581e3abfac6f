"""P15: how long a pop waits for a CRM that is 100 ms away: one round trip with a warm index, two without.

Run: python -m benchmarks round_trips
Every CRM that has a connector and a fake here, the fast port, one pop at a time. Cold is before the index was filled; a
CRM that cannot search by number is asked by e-mail address then.
"""

from __future__ import annotations

from time import perf_counter

from benchmarks.stage.figures import Table, sized
from benchmarks.stage.playing import AGENT, Play, call_from, caller, playing, without_proxies

from customer360.core.interactions import Channel
from customer360.plugins import installed
from customer360.transport.fast_adapter import FastPort
from customer360_testkit.fakes.registry import fake_names

AWAY = 100.0
ROUNDS = sized(9, 2)


def main() -> None:
    took = Table("P15: a pop, each answer 100 ms away", "ms")
    asked = Table("P15: requests of a pop", "count")
    for crm in sorted(set(fake_names()) & installed().connectors.keys()):
        with playing(crm) as play:
            one(play, crm, took, asked)
    took.tell()
    asked.tell()


def one(play: Play, crm: str, took: Table, asked: Table) -> None:
    member = caller(play.crm)
    client = play.blocking(http=FastPort(per_host=64))
    with client:
        session = client.session(crm, AGENT)
        for warm in (False, True):
            by_mail = play.crm.fake.needs_index and not warm
            customer = member.emails[0] if by_mail else member.e164[0]
            channel = Channel.EMAIL if by_mail else Channel.VOICE
            with play.stage.recording():
                if warm:
                    client.sync_index(crm, AGENT)
                for _ in range(2):
                    begun = session.begin(call_from(customer, channel))
            if begun.panel.contact is None:
                raise RuntimeError(f"{crm}: {begun.panel.match.sentence() if begun.panel.match else 'no match'}")
            case = f"{crm}, {'warm' if warm else 'cold'}"
            took.targets[case] = "<= 105" if warm else "<= 210"
            play.stage.delay(AWAY)
            for _ in range(ROUNDS):
                play.stage.facts()
                began = perf_counter()
                session.begin(call_from(customer, channel))
                took.add(case, (perf_counter() - began) * 1e3)
                asked.add(case, play.stage.facts()["answered"])
            play.stage.delay(0)


if __name__ == "__main__":
    without_proxies()
    main()
