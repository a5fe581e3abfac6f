"""The facts of the contract that are not certain, each a switch; the default is the hardest reading for a client.

Those that say "not a doubt" tell which of several certain worlds the fake is.
"""

from __future__ import annotations

from customer360_testkit.fakes.switches import Switch

MICROSOFT365_SWITCHES: tuple[Switch, ...] = (
    Switch(
        "cloud",
        ("global", "usgov_l4", "usgov_l5", "china"),
        "global",
        "not a doubt: the cloud that a host which is none of the vendor's (loopback) stands for",
    ),
    Switch(
        "account",
        ("work", "personal"),
        "work",
        "not a doubt: whose mailboxes these are; personal ones sign in by common or consumers, on Global only, and "
        "have another webLink",
    ),
    Switch(
        "zones",
        ("europe", "overseas"),
        "europe",
        "not a doubt: where the users live; overseas, where clocks go by half hours, or forward in November",
    ),
    Switch(
        "calls_calendar",
        ("none", "own"),
        "none",
        "not a doubt, section 7: whether the users have a calendar 'Customer calls' of their own, and may write to a "
        "colleague's, too",
    ),
    # Signing in
    Switch(
        "consent",
        ("users", "administrator"),
        "administrator",
        "not a doubt, section 2: many directories let administrators alone consent; here one has, and whoever is made "
        "to consent once more cannot (work accounts only)",
    ),
    Switch("china_login", ("msal_only", "both"), "msal_only", "section 1: the newer sign-in host of China"),
    Switch("loopback_ip_redirect", ("refused", "accepted"), "refused", "section 2: only http://localhost is named"),
    Switch("old_refresh_token", ("hour", "day"), "hour", "section 2: how long 'a while' is"),
    Switch(
        "granted_scopes",
        ("bare", "as_asked"),
        "as_asked",
        "section 2: scopes are asked for bare or behind their Graph's root; how an answer names the latter is not",
    ),
    # Searching contacts
    Switch("contains", ("refused", "accepted"), "refused", "section 5: contains() fails on some accounts"),
    Switch("mobile_phone_filter", ("refused", "exact"), "refused", "section 5: mobilePhone eq is undocumented"),
    Switch(
        "email_filter",
        ("misses_on_personal", "reliable"),
        "misses_on_personal",
        "section 5: the one filter that is documented, so certain for work accounts; reported unreliable on personal",
    ),
    Switch("combined_filter", ("refused", "accepted"), "refused", "section 5: no and/or/not is documented"),
    Switch("filter_with_orderby", ("refused", "accepted"), "refused", "sections 5, 10.2"),
    Switch("malformed_query", ("BadRequest", "RequestBroker--ParseUri"), "BadRequest", "section 9: code of it"),
    Switch("search_hits", ("odd", "plain"), "odd", "section 5: $search returns unrelated people"),
    Switch("search_lag", ("30s", "none"), "30s", "section 5: $search and people lag, by an unknown time"),
    Switch(
        "extended_lag",
        ("600s", "30s", "none"),
        "600s",
        "sections 5, 12: reads by id are immediate, a filter's lag is not stated; 10 minutes is the most that a client "
        "must reckon with",
    ),
    Switch(
        "modified_since",
        ("accepted", "refused"),
        "refused",
        "section 8: lastModifiedDateTime ge was seen in the field only; the vendor documents one contact filter, "
        "the one on e-mails",
    ),
    Switch(
        "directory_phones",
        ("refused", "accepted"),
        "refused",
        "section 4: businessPhones/any on users is documented, and was answered 400 in a public report",
    ),
    # Writing contacts
    Switch("outlook_limits", ("refused", "accepted"), "refused", "section 4: 3 e-mails, 2 + 2 phones"),
    Switch("ranked_emails", ("absent", "present"), "absent", "section 4: primaryEmailAddress and the like"),
    Switch("read_only_in_write", ("refused", "ignored"), "refused", "section 3: read-only members in a body"),
    Switch(
        "spurious_conflict",
        ("once_after_create", "never"),
        "once_after_create",
        "sections 6, 10.4: 412 without If-Match right after creation",
    ),
    Switch("mixed_ids", ("refused", "accepted"), "refused", "section 1: ids of both kinds do not mix"),
    Switch("wrong_id", ("404", "400"), "404", "section 6: a well-formed id of nothing"),
    # Activities
    Switch(
        "duplicate_event",
        ("400", "409"),
        "400",
        "section 7: status of ErrorDuplicateTransactionId; a 400 is the harder, for it reads like a body that is wrong",
    ),
    Switch(
        "existing_event_id",
        ("absent", "present"),
        "absent",
        "section 7: @event.existingEventId was seen in one integration of three; without it the event must be found",
    ),
    Switch("extended_null", ("refused", "deletes"), "refused", "section 7: deleting one extended property"),
    Switch("task_link_filter", ("refused", "accepted"), "refused", "section 7: linkedResources/any on tasks"),
    Switch("task_orderby", ("refused", "accepted"), "refused", "section 7: $orderby on tasks"),
    # Limits and delta
    Switch(
        "throttle_code",
        ("ApplicationThrottled", "TooManyRequests", "activityLimitReached"),
        "ApplicationThrottled",
        "section 9: code of a 429",
    ),
    Switch("retry_after", ("constant", "true", "absent"), "constant", "sections 9, 10.6: may always be 1, or absent"),
    Switch("batch_parallel", ("counts", "queues"), "counts", "section 10.5: 4 concurrent also limit a batch"),
    Switch(
        "empty_delta_page",
        ("second", "never"),
        "second",
        "section 8: pages lead on until one has a deltaLink; that each of them holds something is not said",
    ),
    Switch("expired_delta", ("SyncStateNotFound", "resyncRequired"), "SyncStateNotFound", "section 8: code of 410"),
)
