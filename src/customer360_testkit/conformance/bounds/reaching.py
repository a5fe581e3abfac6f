"""A verb reaches no further than it must: the vendor's hosts, the record that is meant, and no longer than it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isinf
from typing import Any

import attrs
import pytest

from customer360.core.auth.unattended import Unattended
from customer360.core.capabilities import Capability
from customer360.core.effects import Effect, Operation, Sleep
from customer360.core.errors import Customer360Error
from customer360_testkit.by_hand import relayed, signed_in
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.verbs import Verbs

_CREATE = Capability.CREATE_CONTACT
_FOREIGN = ("quill.example", "https://quill.example/api", "quill.example/x.")
_MONTH = 30 * 86_400.0


class _Told(Mapping[str, str]):
    """Facts in which everything that is looked for says the same."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __getitem__(self, name: str) -> str:
        return self.value

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 1

    def __contains__(self, name: object) -> bool:
        return True


class ReachingChecks(Verbs):
    """See the module."""

    @catches("lets an answer name its hosts")
    def test_no_answer_makes_a_host_of_the_link(self, link: Link) -> None:
        """Whatever signing in told: whoever forges an answer would be sent the token (R15)."""
        for told in _FOREIGN:
            facts = attrs.evolve(link.facts, extra=_Told(told))
            try:
                hosts, base = self.connector.hosts(facts), self.connector.api_base(facts)
            except Customer360Error:
                continue
            assert [host for host in (*hosts.api, *hosts.login, base) if "quill.example" in host] == []

    @catches("takes the vendor's whole domain for its hosts")
    def test_a_pattern_of_hosts_stands_for_several(self, link: Link) -> None:
        """Where there is one, it is named: any other may be a customer's own page (R15)."""
        declared = self.connector.hosts(link.facts)
        for host in (*declared.api, *declared.login):
            if host.startswith("*."):
                named = {*declared.api, *declared.login}
                known = [each for each in link.fake.vendor_hosts if each.endswith(host[1:]) and each not in named]
                assert len(known) > 1, host

    @catches("takes its time", _CREATE)
    def test_no_verb_waits_of_its_own_accord(self, link: Link) -> None:
        """The transport waits where the CRM asks for it; an agent, never without a reason."""
        ref = self.make(link, "Quillwaits")
        link.wait(60.0)
        for name, verb in (*self.reading(link, ref, "Quillwaits"), *self.writing(link, ref, "Quillwaits")):
            seen = list[Effect[Any]]()
            link.refused.clear()
            self.failure(link, _noting(verb(), seen))
            assert link.refused or not any(isinstance(effect, Sleep) for effect in seen), name

    @catches("signs people out before the vendor does")
    def test_a_sign_in_lasts_as_long_as_the_vendor_says(self, link: Link) -> None:
        """And for ever, where it says nothing else: a month later nobody signs in again (X6)."""
        grant = signed_in(self.connector, link.fake, user=link.user, settings=self.chosen).grant
        if not self.connector.auth_for(link.facts).renews(grant):
            pytest.skip("a sign-in is not renewed")
        lasts = link.fake.oauth.policy.refresh_seconds
        if grant.refresh_ends_at is not None:
            assert grant.refresh_ends_at - grant.received_at >= min(lasts or _MONTH, _MONTH)

    @catches("signs people in for an hour")
    def test_a_sign_in_that_runs_out_is_renewed(self, link: Link) -> None:
        """The first and every other of a user, though no end be told: nobody signs in again after lunch (X6)."""
        for _ in range(2):
            grant = signed_in(self.connector, link.fake, user=link.user, settings=self.chosen).grant
            scheme, lasting = self.connector.auth_for(link.facts), isinf(link.fake.oauth.policy.access_seconds)
            if grant.expires_at is None and (lasting or isinstance(scheme, Unattended)):
                pytest.skip("a sign-in does not run out")
            assert scheme.renews(grant)

    @catches("takes a question for a write", _CREATE)
    def test_no_question_counts_as_a_write(self, link: Link) -> None:
        """Asked by POST, too: an answer that was lost is asked for again, and leaves nothing in doubt (X8)."""
        ref = self.make(link, "Quillasks", "+442079460123")
        verbs = list(self.reading(link, ref, "Quillasks"))
        if self.can(link, Capability.DELTA):
            verbs.append(("changes", lambda: self.connector.changes(link.facts, self.people)))
        for name, verb in verbs:
            before = link.writes
            self.failure(link, verb())
            assert link.writes == before, name


async def _noting(op: Operation[Any], seen: list[Effect[Any]]) -> Any:
    """``await op``, with every effect noted."""

    async def noted(effect: Effect[Any]) -> Any:
        seen.append(effect)
        return await effect

    return await relayed(op, noted)
