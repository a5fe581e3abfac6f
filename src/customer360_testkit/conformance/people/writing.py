"""A change changes what was given, and nothing else."""

from __future__ import annotations

from customer360.core.capabilities import Capability
from customer360.core.errors import Conflict, ValidationFailed
from customer360.core.records import ContactChange, ContactDraft, Fields
from customer360_testkit.conformance.bench import Bench, Link, catches

_CREATE, _UPDATE = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT


class WritingChecks(Bench):
    """See the module."""

    @catches("writes the whole record back", _CREATE, _UPDATE)
    def test_a_change_leaves_the_rest_alone(self, link: Link) -> None:
        """What a colleague changed in the meantime stays (F012)."""
        ref = self.make(link, "Before")
        self.get(link, ref)
        colleague = self.signed_in(link.fake)
        self.change(colleague, ref, {self.name_field: "After"})
        self.change(link, ref, {self.spare_field: "Spare"})
        fields = self.get(colleague, ref).fields
        assert (fields[self.name_field], fields[self.spare_field]) == ("After", "Spare")

    @catches("cannot clear a field", _CREATE, _UPDATE)
    def test_none_clears(self, link: Link) -> None:
        """Unset is not null (F012)."""
        ref = self.make(link, "Cleared")
        self.change(link, ref, {self.spare_field: "Spare"})
        self.change(link, ref, {self.spare_field: None})
        assert not self.get(link, ref).fields.get(self.spare_field)

    @catches("overwrites a newer version", _CREATE, _UPDATE)
    def test_a_lost_update_is_refused(self, link: Link) -> None:
        """The second of two who read the same version gets a Conflict, and the first one's value stays."""
        ref = self.make(link, "Versioned")
        version = self.get(link, ref).version
        assert version is not None
        link.wait(2.0)
        self.change(link, ref, {self.spare_field: "first"}, version)
        link.wait(2.0)
        late = ContactChange(ref=ref, fields={self.spare_field: "second"}, version=version)
        self.refusal(link, self.connector.update(link.facts, late), Conflict)
        assert self.get(link, ref).fields[self.spare_field] == "first"

    @catches("does not say which field is wrong", _CREATE)
    def test_a_refused_value_names_its_field(self, link: Link) -> None:
        """The desktop marks it (F012)."""
        field, value = self.refused
        draft = ContactDraft(resource=self.people, fields={**self._made("Refused"), field: value})
        error = self.refusal(link, self.connector.create(link.facts, draft), ValidationFailed)
        assert field in {problem.field for problem in error.problems}

    @catches("quotes the customer in an error", _CREATE)
    def test_an_error_does_not_quote_what_was_typed(self, link: Link) -> None:
        """Errors are logged; customers are not."""
        field, value = self.refused
        draft = ContactDraft(resource=self.people, fields={**self._made("Quillsecret"), field: value})
        error = self.refusal(link, self.connector.create(link.facts, draft), Exception)
        assert "Quillsecret" not in f"{error} {error!r} {vars(error)}"

    @catches("creates twice", _CREATE)
    def test_a_create_is_one_request_that_writes(self, link: Link) -> None:
        """Repeating it is the outbox' to decide (R1)."""
        before = link.writes
        self.make(link, "Once")
        assert link.writes - before == 1

    @catches("changes the draft that it is given", _CREATE)
    def test_a_draft_is_left_as_it_was(self, link: Link) -> None:
        """It may be sent again."""
        draft = ContactDraft(resource=self.people, fields=self._made("Drafted"))
        given = dict(draft.fields)
        link.run(self.connector.create(link.facts, draft))
        assert dict(draft.fields) == given

    def _made(self, name: str) -> Fields:
        return {field: value for field, value in self.fields(name).items() if value is not None}
