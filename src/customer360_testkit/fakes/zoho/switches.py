"""The facts of the contract that are not certain, each a switch.

The default is the reading that is hardest for a client among those that a correct client can meet. ``data_centre``,
``environment`` and ``zones`` are no doubts: they say which of several certain worlds the fake is.
"""

from __future__ import annotations

from customer360_testkit.fakes.switches import Switch
from customer360_testkit.fakes.zoho.hosts import DATA_CENTRES, ENVIRONMENTS

ZOHO_SWITCHES: tuple[Switch, ...] = (
    # Not a doubt: which of several certain worlds the fake is
    Switch(
        "data_centre",
        ("eu", *(key for key in DATA_CENTRES if key != "eu")),
        "eu",
        "not a doubt: section 1: where the organisation lives",
    ),
    Switch("environment", ENVIRONMENTS, "production", "not a doubt: section 1: another API host of the same place"),
    Switch(
        "zones",
        ("whole hours", "half hours"),
        "whole hours",
        "not a doubt: section 1: times are in the user's zone, and some are half an hour off",
    ),
    # Signing in
    Switch(
        "api_domain",
        ("production", "own"),
        "production",
        "sections 1 and 2: whether the token answer names the host of a sandbox, or that of production",
    ),
    Switch(
        "bearer", ("refused", "accepted"), "refused", "section 1: whether 'Bearer' is accepted beside Zoho-oauthtoken"
    ),
    Switch(
        "pkce", ("refused", "ignored", "checked"), "refused", "section 2: PKCE is not documented; only behind a flag"
    ),
    Switch("revoke_body", ("empty", "status"), "empty", "section 2: body of a successful revoke"),
    Switch("token_scope", ("absent", "present"), "absent", "section 2: scope is not always in the token answer"),
    Switch("client_credentials_path", ("auth", "token"), "auth", "section 2: path of the client credentials grant"),
    Switch(
        "unknown_token",
        ("AUTHENTICATION_FAILURE", "INVALID_TOKEN"),
        "AUTHENTICATION_FAILURE",
        "sections 2 and 9 differ about a token that was never given out",
    ),
    # Reading
    Switch("missing_record", ("204", "404"), "204", "section 6: GET of an unknown id"),
    Switch("bad_id_status", ("400", "404"), "400", "section 9: INVALID_DATA for an id is 400 or 404"),
    Switch("invalid_module_status", ("404", "400"), "404", "section 9: INVALID_MODULE is 400 or 404"),
    Switch("closed_related_lists", ("absent", "history"), "absent", "section 7: *_History lists of closed activities"),
    Switch(
        "notes_order", ("oldest_first", "newest_first"), "oldest_first", "section 7: default order of a record's notes"
    ),
    Switch(
        "deleted_pages",
        ("token", "number"),
        "token",
        "section 8: whether the list of deletions goes on by page_token as lists do; if not, nobody sees beyond 2,000",
    ),
    # Searching
    Switch("phone_values", ("loose", "digits"), "loose", "section 5: which characters phone= accepts"),
    Switch(
        "phone_match",
        ("digits_contained", "digits_suffix", "digits_equal", "text_contained"),
        "digits_contained",
        "section 5: how phone= compares with what is stored",
    ),
    Switch("email_match", ("partial", "exact"), "partial", "section 5: partial matches of email= are possible"),
    Switch("lookup_by_name", ("never", "matches"), "never", "section 5: whether a lookup in criteria matches by name"),
    Switch(
        "criteria_backslash",
        ("refused", "escape", "literal"),
        "refused",
        "section 5: a backslash in a value before anything but ( ) , or a backslash",
    ),
    Switch("criteria_conditions", ("10", "15"), "10", "section 5: documented limit against the server's own text"),
    Switch("search_rows", ("stale", "current"), "stale", "section 5 (lag): whether rows come from the index too"),
    Switch("deleted_in_search", ("lags", "at once"), "lags", "section 5 (lag): whether deleted records linger"),
    Switch("coql_rows", ("200", "2000"), "200", "section 5: rows of one COQL call, v7 documents against v8 users"),
    # Writing
    Switch("phone_rule", ("single", "loose"), "single", "section 6: what may stand between the characters of a phone"),
    Switch("unknown_field", ("rejected", "ignored"), "rejected", "section 10.13: unknown field names in a write"),
    Switch(
        "unknown_picklist", ("kept", "added"), "kept", "section 6: unknown picklist strings may be added to the list"
    ),
    Switch("duplicate_details", ("duplicate_record", "id"), "duplicate_record", "section 6: details of DUPLICATE_DATA"),
    Switch("partial_status", ("200", "201", "202", "207"), "200", "section 6: HTTP status of a partial success"),
    Switch(
        "old_note_parent",
        ("refused", "accepted"),
        "refused",
        "section 7: whether v8 still takes Parent_Id as an id beside se_module",
    ),
    Switch(
        "composite_failure",
        ("executed", "failed"),
        "executed",
        "section 8: what a composite request calls a request inside that was refused",
    ),
    # Activities
    Switch("participants_limit", ("50", "none"), "50", "section 7: most participants of an event"),
    Switch("long_calls", ("accepted", "refused"), "accepted", "section 7: minutes over 59 in Call_Duration"),
    Switch("missed_duration", ("null", "zero"), "null", "section 7: Call_Duration of a missed call as read back"),
    Switch(
        "call_status_field",
        ("Outgoing_Call_Status", "Outbound_Call_Status", "both"),
        "Outgoing_Call_Status",
        "section 7: api_name of the status of an outbound call",
    ),
    Switch("clear_link", ("clears", "ignored"), "clears", "section 7: clearing Who_Id or What_Id with null"),
    Switch("move_note", ("refused", "moves"), "refused", "section 7: whether Parent_Id of a note can change"),
    # Limits
    Switch("credits_code", ("LIMIT_EXCEEDED", "TOO_MANY_REQUESTS"), "LIMIT_EXCEEDED", "section 9: exhausted credits"),
    Switch("credits_header", ("absent", "present"), "absent", "section 9: X-API-CREDITS-REMAINING"),
    Switch("locked_code", ("RECORD_IN_BLUEPRINT", "RECORD_LOCKED"), "RECORD_IN_BLUEPRINT", "section 9: locked records"),
)
