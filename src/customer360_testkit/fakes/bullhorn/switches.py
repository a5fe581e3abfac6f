"""The facts of the contract that are not certain, each a switch.

The default is the reading that is hardest for a client among those that a correct client can meet.
"""

from __future__ import annotations

from customer360_testkit.fakes.switches import Switch

BULLHORN_SWITCHES: tuple[Switch, ...] = (
    # No doubt: which of two tenants it is
    Switch("note_actions", ("sample", "own"), "sample", "section 3: the values are per tenant"),
    Switch("rights", ("sample", "department"), "sample", "section 2.6: how far rights reach, by the user's type"),
    Switch("leads", ("bought", "absent"), "bought", "section 4: an optional module"),
    # Signing in
    Switch("unknown_user", ("empty", "400", "404"), "empty", "section 2.1: loginInfo of a user name that nobody has"),
    Switch("pkce", ("refused", "ignored"), "refused", "section 2.2: PKCE is not documented"),
    Switch("access_token_use", ("single", "until_expiry"), "single", "section 2.3: whether a login uses a token up"),
    Switch("refresh_lifetime", ("90_days", "endless"), "90_days", "section 2.3: lifetime of refresh tokens"),
    Switch("default_ttl", ("9", "10"), "9", "section 2.4: minutes of a session that was asked for without ttl"),
    Switch("session_use", ("fixed", "extends"), "fixed", "section 2.4: whether use extends a session"),
    Switch("missing_token_body", ("empty", "json"), "empty", "section 9: body of 412"),
    Switch("settings_values", ("strings", "numbers"), "strings", "section 2.6: shapes of userId and corporationId"),
    # People
    Switch(
        "person_ids",
        ("one", "per_type"),
        "one",
        "section 1: whether Candidate and ClientContact share ids; with ids of their own a bare personReference, which "
        "section 7 calls enough, would be ambiguous",
    ),
    # Searching
    Switch("phone_index", ("digits", "national"), "digits", "section 5.2: whether a country code is part of the term"),
    Switch("leading_wildcard", ("refused", "accepted"), "refused", "section 5.2: a term that begins with * or ?"),
    Switch(
        "clause_without_field",
        ("matches_everything", "default_field"),
        "matches_everything",
        "section 5.2: what a clause without a colon does",
    ),
    Switch("note_index", ("empty", "works"), "empty", "section 7: search/Note finds nothing on some tenants"),
    Switch("search_job_submission", ("refused", "accepted"), "refused", "section 5.1: known of the SDK only"),
    Switch("index_lag", ("60_s", "5_s", "none"), "60_s", "section 5.2: how far the index is behind"),
    Switch("find_type", ("_subtype", "entity"), "_subtype", "section 5.2: what names the entity in rows of find"),
    # /query
    Switch("like", ("refused", "accepted"), "refused", "section 5.3: LIKE works in practice"),
    Switch("quotes_in_text", ("refused", "accepted"), "refused", "section 5.3: doubled quotes and backslashes"),
    Switch("query_total", ("ignored", "told"), "ignored", "section 5.3: showTotalMatched of /query"),
    Switch("all_fields", ("refused", "administrators"), "refused", "sections 3 and 10.10: fields=*"),
    # Writing
    Switch("changed_entity_type", ("absent", "present"), "absent", "section 6: changedEntityType in answers"),
    Switch("write_echo", ("absent", "present"), "absent", "section 6: a data copy of the sent fields"),
    Switch("validation_rows", ("empty", "rows"), "empty", "section 6: errors of a write that is refused"),
    Switch("form_rules", ("enforced", "form_only"), "enforced", "section 6: what a tenant's form requires"),
    Switch("lead_in_note", ("subtype_needed", "bare"), "subtype_needed", "section 7: a Lead as personReference"),
    Switch("note_links", ("refused", "accepted"), "refused", "section 7: NoteEntity to an Opportunity or a Lead"),
    Switch("note_candidates", ("refused", "accepted"), "refused", "section 7: entity/Note/{id}/candidates"),
    Switch("task_unlink", ("ignored", "clears"), "ignored", "section 7: null for the one link of a task"),
    # Events, limits, refusals
    Switch("no_events", ("empty_body", "no_member"), "empty_body", "section 8: a subscription with nothing new"),
    Switch("subscription_life", ("30_days", "endless"), "30_days", "section 8: subscriptions that nobody reads"),
    Switch("subscriptions", ("50", "unlimited"), "50", "section 8: how many"),
    Switch("sessions", ("25", "50"), "25", "section 9: concurrent sessions; older and newer pages differ"),
    Switch("quota", ("100000_a_month", "100000_a_day"), "100000_a_month", "section 9: calls of a key"),
    Switch("throttled", ("body", "status"), "body", "section 9: errorCode 429 may be in the body only"),
    Switch("no_right", ("400", "403"), "400", "section 9: an operation that the user may not do"),
    Switch("unknown_entity", ("400", "404"), "400", "section 9: reference pages and live reports differ"),
)
