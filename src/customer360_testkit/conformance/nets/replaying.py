"""What a verb asked and was answered, to be played again: nothing is written twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from customer360.core.effects import Request
from customer360.core.wire import Response
from customer360_testkit.by_hand import Answer, play
from customer360_testkit.conformance.bench import Link
from customer360_testkit.conformance.nets.misshapen import shortened
from customer360_testkit.conformance.verbs import Verb


@attrs.frozen
class Exchange:
    """A request and its answer."""

    request: Request
    answer: Response

    @property
    def writes(self) -> bool:
        return self.request.method != "GET" and not self.request.repeatable


@attrs.frozen
class Outcome:
    """What a verb came to, and what it asked for it."""

    value: Any
    error: Exception | None
    asked: Sequence[Request]


@attrs.frozen
class Recording:
    """A verb, what it really came to, and by which exchanges."""

    link: Link
    verb: Verb
    real: Outcome
    exchanges: Sequence[Exchange]

    @classmethod
    def of(cls, link: Link, verb: Verb) -> Recording:
        """Plays it once for real; long lists are cut short where the verb asks the same for it."""
        exchanges = list[Exchange]()

        def carried(request: Request) -> Response:
            exchanges.append(Exchange(request, link.carry(request)))
            return exchanges[-1].answer

        whole = cls(link, verb, _played(link, verb, carried), exchanges)
        short = [Exchange(each.request, shortened(each.answer)) for each in exchanges]
        outcome = cls(link, verb, whole.real, short).replayed(len(short), Response(200))
        same = outcome.asked == whole.real.asked and type(outcome.error) is type(whole.real.error)
        return cls(link, verb, outcome, short) if same else whole

    def replayed(self, number: int, answer: Response) -> Outcome:
        """What it comes to with another answer to the request of that number, once; what was not asked before is
        carried."""
        asked, altered = list[Request](), self.exchanges[number : number + 1]

        def answered(request: Request) -> Response:
            nonlocal altered
            in_place = self.exchanges[len(asked) : len(asked) + 1]
            asked.append(request)
            known = next((each for each in (*in_place, *self.exchanges) if each.request == request), None)
            if known is None:
                return self.link.carry(request)
            if altered and known is altered[0]:
                altered = ()
                return answer
            return known.answer

        return _played(self.link, self.verb, answered)


def _played(link: Link, verb: Verb, carry: Answer) -> Outcome:
    connector, facts, asked = link.connector, link.facts, list[Request]()
    link.asked.clear()

    def answered(request: Request) -> Response:
        asked.append(request)
        response = carry(request)
        if response.status not in request.accept and (error := connector.error(facts, request, response)):
            raise error
        return response

    try:
        return Outcome(play(verb(), answered, now=link.fake.clock.time), None, asked)
    except Exception as error:
        return Outcome(None, error, asked)
