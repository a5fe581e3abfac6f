"""The objects of the organisation (contract sections 4 and 7), those of people first."""

from __future__ import annotations

import attrs

from customer360_testkit.fakes.salesforce.fields import (
    CREATE_ONLY,
    READ_ONLY,
    REQUIRED,
    SHOWN,
    Child,
    Field,
    RecordType,
    SObject,
    address,
    audit,
    date,
    email,
    flag,
    identity,
    integer,
    long_text,
    moment,
    number,
    owner,
    phone,
    pick,
    reference,
    seen,
    text,
    url,
)

SOURCES = "Web|Phone Inquiry|Partner Referral|Purchased List|Other"
SALUTATIONS = "Mr.|Ms.|Mrs.|Dr.|Prof."
INDUSTRIES = "Agriculture|Apparel|Banking|Biotechnology|Chemicals|Communications|Construction|Consulting|Other"
RATINGS = "Hot|Warm|Cold"
CLEAN = "Matched|Different|Acknowledged|NotFound|Inactive|Pending|SelectMatch|Skipped"

BUSINESS_TYPE = "0125e000000Bus1AAC"
PERSON_TYPE = "0125e000000Per1AAC"
MASTER_TYPE = "012000000000000AAA"

WHAT = "Account Opportunity Case Membership__c"
WHO = "Contact Lead"
_FIXED = {"createable": False, "updateable": False, "deletable": False}


def _activity_children(field: str) -> list[Child]:
    return [
        Child("ActivityHistory", field, "ActivityHistories", True),
        Child("Event", field, "Events", True),
        Child("OpenActivity", field, "OpenActivities", True),
        Child("Task", field, "Tasks", True),
    ]


_NOTED = [
    Child("ContentDocumentLink", "LinkedEntityId", "ContentDocumentLinks", True),
    Child("Note", "ParentId", "Notes", True),
]


def _names(last_required: bool = True) -> list[Field]:
    return [
        text("LastName", 80, nillable=not last_required, compound="Name"),
        text("FirstName", 40, compound="Name"),
        pick("Salutation", SALUTATIONS, length=40, compound="Name"),
    ]


def contact() -> SObject:
    return SObject(
        "Contact",
        "003",
        [
            *identity(),
            reference("MasterRecordId", "Contact", **READ_ONLY),
            reference("AccountId", "Account"),
            *_names(),
            text("Name", 121, name_field=True, nillable=False, **READ_ONLY),
            *address("Other"),
            *address("Mailing"),
            *(phone(each) for each in ("Phone", "Fax", "MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone")),
            reference("ReportsToId", "Contact"),
            email(id_lookup=True),
            text("Title", 128),
            text("Department", 80),
            text("AssistantName", 40),
            pick("LeadSource", SOURCES),
            date("Birthdate"),
            long_text("Description"),
            owner(),
            *audit(),
            date("LastActivityDate", **READ_ONLY),
            *seen(),
            text("EmailBouncedReason", 255),
            moment("EmailBouncedDate"),
            flag("IsEmailBounced", **READ_ONLY),
            url("PhotoUrl", **READ_ONLY),
            pick("CleanStatus", CLEAN, length=40, restricted=True),
        ],
        children=[
            *_activity_children("WhoId"),
            *_NOTED,
            Child("Case", "ContactId", "Cases"),
            Child("OpportunityContactRole", "ContactId", "OpportunityContactRoles", True),
            Child("Contact", "ReportsToId", None),
        ],
    )


def lead() -> SObject:
    return SObject(
        "Lead",
        "00Q",
        [
            *identity(),
            reference("MasterRecordId", "Lead", **READ_ONLY),
            *_names(),
            text("Name", 121, name_field=True, nillable=False, **READ_ONLY),
            text("Title", 128),
            text("Company", 255, **REQUIRED),
            *address(""),
            *(phone(each) for each in ("Phone", "MobilePhone", "Fax")),
            email(id_lookup=True),
            url("Website"),
            long_text("Description"),
            pick("LeadSource", SOURCES),
            pick(
                "Status",
                "Open - Not Contacted*|Working - Contacted|Closed - Converted|Closed - Not Converted",
                **REQUIRED,
            ),
            pick("Industry", INDUSTRIES),
            pick("Rating", RATINGS),
            number("AnnualRevenue", type="currency", scale=0),
            integer("NumberOfEmployees"),
            owner("Group User"),
            flag("IsConverted", **CREATE_ONLY),
            date("ConvertedDate", **READ_ONLY),
            reference("ConvertedAccountId", "Account", **READ_ONLY),
            reference("ConvertedContactId", "Contact", **READ_ONLY),
            reference("ConvertedOpportunityId", "Opportunity", **READ_ONLY),
            flag("IsUnreadByOwner"),
            *audit(),
            date("LastActivityDate", **READ_ONLY),
            *seen(),
        ],
        children=[*_activity_children("WhoId"), *_NOTED],
    )


def account(persons: bool) -> SObject:
    """The Account; with person accounts it has the fields of a person, and nothing shows as required."""
    own = [attrs.evolve(field, name_field=field.name != "Salutation") for field in _names(False)]
    names = [text("Name", 255, name_field=True, compound="Name"), *own]
    plain = [text("Name", 255, name_field=True, compound="Name", **REQUIRED)]
    person = [
        reference("PersonContactId", "Contact", **READ_ONLY),
        flag("IsPersonAccount", **READ_ONLY),
        *address("PersonMailing"),
        *address("PersonOther"),
        *(phone(f"Person{each}Phone") for each in ("Mobile", "Home", "Other", "Assistant")),
        email("PersonEmail"),
        text("PersonTitle", 80),
        text("PersonDepartment", 80),
        text("PersonAssistantName", 40),
        pick("PersonLeadSource", SOURCES),
        date("PersonBirthdate"),
    ]
    types = [RecordType(BUSINESS_TYPE, "Organization", True), RecordType(PERSON_TYPE, "PersonAccount")]
    return SObject(
        "Account",
        "001",
        [
            *identity(),
            reference("MasterRecordId", "Account", **READ_ONLY),
            *(names if persons else plain),
            pick("Type", "Prospect|Customer - Direct|Customer - Channel|Channel Partner / Reseller|Other", length=40),
            *([reference("RecordTypeId", "RecordType")] if persons else []),
            reference("ParentId", "Account"),
            *address("Billing"),
            *address("Shipping"),
            phone("Phone"),
            phone("Fax"),
            text("AccountNumber", 40),
            url("Website"),
            text("Sic", 20),
            pick("Industry", INDUSTRIES, length=40),
            number("AnnualRevenue", type="currency", scale=0),
            integer("NumberOfEmployees"),
            pick("Ownership", "Public|Private|Subsidiary|Other", length=40),
            long_text("Description"),
            pick("Rating", RATINGS, length=40),
            text("Site", 80),
            owner(),
            *audit(),
            date("LastActivityDate", **READ_ONLY),
            *seen(),
            *(person if persons else []),
        ],
        record_types=types if persons else (),
        children=[
            *_activity_children("AccountId"),
            *_NOTED,
            Child("Contact", "AccountId", "Contacts"),
            Child("Case", "AccountId", "Cases"),
            Child("Opportunity", "AccountId", "Opportunities"),
            Child("Account", "ParentId", "ChildAccounts"),
        ],
    )


def _activity_links() -> list[Field]:
    return [reference("WhoId", WHO), reference("WhatId", WHAT), reference("AccountId", "Account", **READ_ONLY)]


def task(shared: bool) -> SObject:
    return SObject(
        "Task",
        "00T",
        [
            *identity(),
            *_activity_links(),
            pick(
                "Subject",
                "Call|Email|Send Letter|Send Quote|Other",
                type="combobox",
                name_field=True,
                groupable=False,
            ),
            date("ActivityDate"),
            pick(
                "Status",
                "Not Started*|In Progress|Completed|Waiting on someone else|Deferred",
                length=40,
                **REQUIRED,
            ),
            pick("Priority", "High|Normal*|Low", length=40, **REQUIRED),
            flag("IsHighPriority", **READ_ONLY),
            owner("Group User"),
            long_text("Description"),
            flag("IsClosed", **READ_ONLY),
            flag("IsArchived", **READ_ONLY),
            *audit(),
            pick("CallType", "Internal|Inbound|Outbound", length=40, restricted=True),
            integer("CallDurationInSeconds"),
            text("CallDisposition", 255),
            text("CallObject", 255),
            moment("ReminderDateTime"),
            flag("IsReminderSet"),
            pick(
                "TaskSubtype",
                "Task*|Call|Email|ListEmail|Cadence|LinkedIn",
                length=40,
                restricted=True,
                **CREATE_ONLY,
            ),
            moment("CompletedDateTime", **READ_ONLY),
        ],
        children=[
            Child("ContentDocumentLink", "LinkedEntityId", "ContentDocumentLinks", True),
            *([Child("TaskRelation", "TaskId", "TaskRelations", True)] if shared else []),
        ],
    )


def event(shared: bool) -> SObject:
    return SObject(
        "Event",
        "00U",
        [
            *identity(),
            *_activity_links(),
            pick(
                "Subject",
                "Call|Email|Meeting|Send Letter/Quote|Other",
                type="combobox",
                name_field=True,
                groupable=False,
            ),
            text("Location", 255),
            flag("IsAllDayEvent"),
            moment("ActivityDateTime"),
            date("ActivityDate"),
            integer("DurationInMinutes"),
            moment("StartDateTime"),
            moment("EndDateTime"),
            date("EndDate", **READ_ONLY),
            long_text("Description"),
            owner(),
            flag("IsPrivate"),
            pick("ShowAs", "Busy*|OutOfOffice|Free", length=40, restricted=True),
            flag("IsChild", **READ_ONLY),
            flag("IsGroupEvent", **READ_ONLY),
            *audit(),
            flag("IsArchived", **READ_ONLY),
            moment("ReminderDateTime"),
            flag("IsReminderSet"),
            Field("EventSubtype", "picklist", 40, values=("Event",), default="Event", restricted=True, **CREATE_ONLY),
        ],
        children=[
            Child("ContentDocumentLink", "LinkedEntityId", "ContentDocumentLinks", True),
            *([Child("EventRelation", "EventId", "EventRelations", True)] if shared else []),
        ],
    )


def relation(kind: str, prefix: str) -> SObject:
    """TaskRelation or EventRelation: a further person of an activity. Created and deleted, never changed."""
    return SObject(
        f"{kind}Relation",
        prefix,
        [
            *identity(),
            reference("RelationId", f"{WHO} {WHAT}", **CREATE_ONLY),
            reference(f"{kind}Id", kind, nillable=False, **CREATE_ONLY),
            flag("IsWhat", **CREATE_ONLY),
            *audit(),
        ],
        flags={"updateable": False, "searchable": False, "layoutable": False},
    )


def timeline(name: str, plural: str) -> SObject:
    """ActivityHistory or OpenActivity: activities as their person shows them, readable in sub-queries only."""
    return SObject(
        name,
        None,
        [
            *identity(),
            reference("WhoId", WHO),
            reference("WhatId", WHAT),
            reference("AccountId", "Account"),
            text("Subject", 255),
            flag("IsTask"),
            date("ActivityDate"),
            pick("ActivityType", "Call|Email|Event|Task", length=40),
            pick("Status", "Not Started|Completed", length=40),
            pick("Priority", "High|Normal|Low", length=40),
            pick("CallType", "Internal|Inbound|Outbound", length=40),
            integer("CallDurationInSeconds"),
            text("CallDisposition", 255),
            long_text("Description"),
            flag("IsClosed"),
            owner("Group User"),
            *audit(),
        ],
        plural=plural,
        flags={**_FIXED, "searchable": False, "queryable": False, "layoutable": False},
    )


def case() -> SObject:
    mirrors = {"ContactPhone": "Phone", "ContactMobile": "MobilePhone", "ContactFax": "Fax"}
    return SObject(
        "Case",
        "500",
        [
            *identity(),
            text("CaseNumber", 30, name_field=True, id_lookup=True, auto_number=True, groupable=False, **SHOWN),
            reference("ContactId", "Contact"),
            reference("AccountId", "Account"),
            reference("ParentId", "Case"),
            text("SuppliedName", 80),
            email("SuppliedEmail"),
            text("SuppliedPhone", 40),
            text("SuppliedCompany", 80),
            pick("Type", "Mechanical|Electrical|Electronic|Structural|Other", length=40),
            pick("Status", "New*|Working|Escalated|Closed", length=40),
            pick("Reason", "Installation|Equipment Complexity|Performance|Breakdown|Feedback|Other", length=40),
            pick("Origin", "Phone|Email|Web", length=40),
            text("Subject", 255),
            pick("Priority", "High|Medium*|Low", length=40),
            long_text("Description"),
            flag("IsClosed", **READ_ONLY),
            moment("ClosedDate", **READ_ONLY),
            flag("IsEscalated"),
            owner("Group User"),
            *audit(),
            *(phone(name, mirror=f"ContactId.{source}", **READ_ONLY) for name, source in mirrors.items()),
            email("ContactEmail", mirror="ContactId.Email", **READ_ONLY),
            Field("Comments", "textarea", 4000, filterable=False, groupable=False, write_only=True),
            *seen(),
        ],
        children=[
            Child("CaseComment", "ParentId", "CaseComments", True),
            Child("Case", "ParentId", "Cases"),
            *_activity_children("WhatId"),
            _NOTED[0],
        ],
    )


def opportunity() -> SObject:
    stages = "Prospecting|Qualification|Needs Analysis|Value Proposition|Negotiation/Review|Closed Won|Closed Lost"
    return SObject(
        "Opportunity",
        "006",
        [
            *identity(),
            reference("AccountId", "Account"),
            flag("IsPrivate"),
            text("Name", 120, name_field=True, id_lookup=True, **REQUIRED),
            long_text("Description"),
            pick("StageName", stages, **REQUIRED),
            number("Amount", type="currency"),
            number("Probability", type="percent", precision=3, scale=0, defaulted=True),
            date("CloseDate", **REQUIRED),
            pick("Type", "Existing Customer - Upgrade|New Customer"),
            text("NextStep", 255),
            pick("LeadSource", SOURCES),
            flag("IsClosed", **READ_ONLY),
            flag("IsWon", **READ_ONLY),
            owner(),
            *audit(),
            date("LastActivityDate", **READ_ONLY),
            *seen(),
        ],
        plural="Opportunities",
        children=[
            Child("OpportunityContactRole", "OpportunityId", "OpportunityContactRoles", True),
            *_activity_children("WhatId"),
            *_NOTED,
        ],
    )


def _small() -> list[SObject]:
    return [
        SObject(
            "OpportunityContactRole",
            "00K",
            [
                *identity(),
                reference("OpportunityId", "Opportunity", nillable=False, **CREATE_ONLY),
                reference("ContactId", "Contact", **REQUIRED),
                pick("Role", "Business User|Decision Maker|Evaluator|Other", length=40),
                flag("IsPrimary"),
                *audit(),
            ],
            flags={"searchable": False},
        ),
        SObject(
            "CaseComment",
            "00a",
            [
                *identity(),
                reference("ParentId", "Case", nillable=False, **CREATE_ONLY),
                flag("IsPublished"),
                long_text("CommentBody", 4000),
                reference("CreatorId", "User", **READ_ONLY),
                *audit(),
            ],
            flags={"layoutable": False},
        ),
        SObject(
            "Note",
            "002",
            [
                *identity(),
                reference("ParentId", f"{WHO} {WHAT}", nillable=False, **CREATE_ONLY),
                text("Title", 80, name_field=True, **REQUIRED),
                flag("IsPrivate"),
                long_text("Body"),
                owner(),
                *audit(),
            ],
            flags={"layoutable": False},
        ),
        SObject(
            "User",
            "005",
            [
                Field("Id", "id", 18, id_lookup=True, **SHOWN),
                text("Username", 80, id_lookup=True, **REQUIRED),
                text("LastName", 80, **REQUIRED),
                text("FirstName", 40),
                text("Name", 121, name_field=True, nillable=False, **READ_ONLY),
                email(**REQUIRED),
                phone("Phone"),
                phone("MobilePhone"),
                phone("Fax"),
                text("Title", 80),
                flag("IsActive"),
                pick("TimeZoneSidKey", "UTC|Europe/Berlin|Europe/London|America/New_York", restricted=True),
                *audit(),
            ],
            flags={**_FIXED},
        ),
        SObject(
            "Group",
            "00G",
            [
                Field("Id", "id", 18, **SHOWN),
                text("Name", 40, name_field=True, **REQUIRED),
                text("DeveloperName", 80),
                pick("Type", "Queue|Regular", length=40),
                *audit(),
            ],
            flags={**_FIXED, "layoutable": False, "searchable": False},
        ),
    ]


def _content() -> list[SObject]:
    """Enhanced notes: a ContentNote is a ContentDocument, seen by what links to it."""
    title = text("Title", 255, name_field=True, **REQUIRED)
    return [
        SObject(
            "ContentNote",
            "069",
            [
                *identity(),
                title,
                Field("Content", "base64", **REQUIRED, filterable=False, sortable=False, groupable=False),
                text("TextPreview", 255, **READ_ONLY),
                integer("ContentSize", **READ_ONLY),
                text("FileType", 20, **READ_ONLY),
                reference("LatestPublishedVersionId", "ContentVersion", **READ_ONLY),
                reference("OwnerId", "User", **SHOWN),
                *audit(),
            ],
            label="Note",
        ),
        SObject(
            "ContentDocument",
            "069",
            [
                *identity(),
                title,
                text("FileType", 20, **READ_ONLY),
                reference("LatestPublishedVersionId", "ContentVersion", **READ_ONLY),
                integer("ContentSize", **READ_ONLY),
                reference("OwnerId", "User", **SHOWN),
                *audit(),
            ],
            children=[Child("ContentDocumentLink", "ContentDocumentId", "ContentDocumentLinks", True)],
            flags={"createable": False, "layoutable": False, "searchable": False},
        ),
        SObject(
            "ContentVersion",
            "068",
            [
                *identity(),
                reference("ContentDocumentId", "ContentDocument", **READ_ONLY),
                title,
                Field("VersionData", "base64", **READ_ONLY, filterable=False, sortable=False, groupable=False),
                text("FileType", 20, **READ_ONLY),
                flag("IsLatest", **READ_ONLY),
                *audit(),
            ],
            flags={**_FIXED, "layoutable": False, "searchable": False},
        ),
        SObject(
            "ContentDocumentLink",
            "06A",
            [
                *identity(),
                reference("LinkedEntityId", f"{WHO} {WHAT} Task Event User", nillable=False, **CREATE_ONLY),
                reference("ContentDocumentId", "ContentDocument", nillable=False, **CREATE_ONLY),
                pick("ShareType", "V|C|I", length=40, restricted=True, **REQUIRED),
                pick("Visibility", "AllUsers*|InternalUsers|SharedUsers", length=40, restricted=True),
                moment("SystemModstamp", **SHOWN),
            ],
            flags={"layoutable": False, "searchable": False},
        ),
    ]


def _membership() -> SObject:
    """An object of the organisation's own, with people's numbers in it."""
    return SObject(
        "Membership__c",
        "a00",
        [
            *identity(),
            owner(),
            text("Name", 80, name_field=True, id_lookup=True),
            *audit(),
            Field("Phone__c", "phone", 40, label="Phone", custom=True),
            Field("Email__c", "email", 80, label="Email", custom=True),
            reference("Member__c", "Contact", "Member__r", custom=True),
        ],
        label="Membership",
        children=[*_activity_children("WhatId"), *_NOTED],
        custom=True,
    )


def _record_type() -> SObject:
    return SObject(
        "RecordType",
        "012",
        [
            Field("Id", "id", 18, **SHOWN),
            text("Name", 80, name_field=True, **REQUIRED),
            text("DeveloperName", 80, **REQUIRED),
            text("SobjectType", 40, **REQUIRED),
            flag("IsActive"),
            flag("IsPersonType", **READ_ONLY),
        ],
        flags={**_FIXED, "layoutable": False, "searchable": False},
    )


def the_name() -> SObject:
    """What a polymorphic reference leads to in a query, whatever it points to."""
    return SObject(
        "Name",
        None,
        [
            Field("Id", "id", 18, **SHOWN),
            text("Name", 255, name_field=True, **READ_ONLY),
            text("FirstName", 40, **READ_ONLY),
            text("LastName", 80, **READ_ONLY),
            text("Type", 40, **READ_ONLY),
            phone("Phone", **READ_ONLY),
            email(**READ_ONLY),
            text("Title", 128, **READ_ONLY),
        ],
        flags={**_FIXED, "queryable": False, "searchable": False},
    )


def objects(*, persons: bool, shared: bool, enhanced_notes: bool) -> list[SObject]:
    """Every object; ``persons``: person accounts are on; ``shared``: activities have further people."""
    found = [contact(), lead(), account(persons), task(shared), event(shared), case(), opportunity()]
    if persons:
        found[0].put(flag("IsPersonAccount", **READ_ONLY))
        found.append(_record_type())
    if shared:
        found += [relation("Task", "0RT"), relation("Event", "0RE")]
    found += [timeline("ActivityHistory", "ActivityHistories"), timeline("OpenActivity", "OpenActivities")]
    content = _content()
    found += content if enhanced_notes else content[1:]
    return [*found, *_small(), _membership()]
