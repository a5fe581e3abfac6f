"""The facts of the contract that are not certain, each a switch; the default is the hardest reading for a client.

The first ones are no doubts: they say which of several certain worlds the fake is.
"""

from __future__ import annotations

from customer360_testkit.fakes.switches import Switch

_WORLD = "not a doubt: "

SALESFORCE_SWITCHES: tuple[Switch, ...] = (
    Switch("org", ("production", "sandbox", "developer"), "production", _WORLD + "decides the My Domain host"),
    Switch("generic_login", ("allowed", "refused"), "allowed", _WORLD + "an org can forbid all but its My Domain"),
    Switch("person_accounts", ("off", "on"), "off", _WORLD + "section 4: a feature that an org has or has not"),
    Switch("places", ("typed", "chosen"), "typed", _WORLD + "a feature that an org has or has not: vendor's help"),
    Switch("shared_activities", ("off", "on"), "off", _WORLD + "section 7: TaskRelation exists with it only"),
    Switch("enhanced_notes", ("on", "off"), "on", _WORLD + "section 7: ContentNote exists with it only"),
    Switch("duplicate_rules", ("alert", "block", "off"), "alert", _WORLD + "section 6: what the standard rules do"),
    Switch("client", ("confidential", "public"), "confidential", _WORLD + "section 2: a public one has no secret"),
    Switch("pkce", ("required", "optional"), "required", _WORLD + "section 2: enforced for vendors' apps"),
    Switch("rotation", ("on", "off"), "on", _WORLD + "section 2: enforced for vendors' apps"),
    Switch("refresh_policy", ("kept", "immediately_expire"), "kept", _WORLD + "section 2.2: refresh never works"),
    # Signing in
    Switch("bad_client_status", ("401", "400"), "401", "section 2.2: 400, 'bad client may be 401'"),
    Switch("scope_error", ("page", "redirect"), "page", "section 2.1: some errors are a page instead of a redirect"),
    Switch("identity_scope", ("needed", "any"), "needed", "section 2.1: 'add id/openid for user info'"),
    # Asking
    Switch("soql_limit", ("capped", "any"), "capped", "section 5.1: LIMIT <= 50,000, unsure over REST"),
    Switch("sosl_length", ("capped", "any"), "capped", "section 5.2: statement <= 100,000 characters, unsure"),
    Switch(
        "phone_match",
        ("whole", "suffix"),
        "whole",
        "section 5.2: unsure how partial suffixes match; suffix: the last seven digits or more are enough",
    ),
    Switch(
        "phrase_escapes",
        ("harmful", "harmless"),
        "harmful",
        "section 5.2: - and + need no escape inside quotes; unsure whether one is harmless there",
    ),
    Switch("index_lag", ("900s", "60s", "none"), "900s", "section 5.2: up to some 15 minutes, unsure"),
    Switch("task_relation_semijoin", ("refused", "accepted"), "refused", "section 7: semi-join on it, unsure"),
    Switch("wide_rows", ("1000", "2000"), "1000", "section 8: pages of 1,000 with long text were recorded"),
    Switch("locator", ("0r8", "01g"), "0r8", "section 8: the newer and the older form of a locator"),
    Switch("locator_life", ("15m", "2d"), "15m", "section 8: about two days, unsure"),
    Switch("open_cursors", ("10", "any"), "10", "section 8: about ten per user, unsure; one more kills the oldest"),
    # Refusing
    Switch("access_status", ("403", "400"), "403", "section 9: INSUFFICIENT_ACCESS and its like come with either"),
    Switch("duplicate_key", ("duplicateResut", "duplicateResult"), "duplicateResut", "sections 9, 10.1: the spelling"),
)
