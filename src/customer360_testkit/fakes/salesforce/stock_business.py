"""Cases, opportunities, notes and the rest (contract section 7)."""

from __future__ import annotations

from customer360_testkit.fakes.salesforce.fields import (
    CREATE_ONLY,
    READ_ONLY,
    REQUIRED,
    SHOWN,
    Child,
    Field,
    SObject,
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
)
from customer360_testkit.fakes.salesforce.stock_parts import FIXED, NOTED, SOURCES, WHAT, WHO, activity_children


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
            *activity_children("WhatId"),
            NOTED[0],
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
            *activity_children("WhatId"),
            *NOTED,
        ],
    )


def small() -> list[SObject]:
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
            flags={**FIXED},
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
            flags={**FIXED, "layoutable": False, "searchable": False},
        ),
    ]


def content() -> list[SObject]:
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
                text("TextPreview", 255, **READ_ONLY),  # public clients read it through the links, and the document
                text("FileType", 20, **READ_ONLY),
                flag("IsLatest", **READ_ONLY),
                *audit(),
            ],
            flags={**FIXED, "layoutable": False, "searchable": False},
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


def membership() -> SObject:
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
        children=[*activity_children("WhatId"), *NOTED],
        custom=True,
    )
