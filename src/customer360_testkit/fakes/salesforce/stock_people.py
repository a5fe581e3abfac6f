"""Contacts, leads, accounts, and whoever works with them (contract section 4)."""

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
from customer360_testkit.fakes.salesforce.stock_parts import (
    BUSINESS_TYPE,
    CLEAN,
    FIXED,
    INDUSTRIES,
    NOTED,
    PERSON_TYPE,
    RATINGS,
    SOURCES,
    activity_children,
    names,
)


def contact() -> SObject:
    return SObject(
        "Contact",
        "003",
        [
            *identity(),
            reference("MasterRecordId", "Contact", **READ_ONLY),
            reference("AccountId", "Account"),
            *names(),
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
            *activity_children("WhoId"),
            *NOTED,
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
            *names(),
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
        children=[*activity_children("WhoId"), *NOTED],
    )


def account(persons: bool) -> SObject:
    """The Account; with person accounts it has the fields of a person, and nothing shows as required."""
    own = [attrs.evolve(field, name_field=field.name != "Salutation") for field in names(False)]
    shown = [text("Name", 255, name_field=True, compound="Name"), *own]
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
            *(shown if persons else plain),
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
            *activity_children("AccountId"),
            *NOTED,
            Child("Contact", "AccountId", "Contacts"),
            Child("Case", "AccountId", "Cases"),
            Child("Opportunity", "AccountId", "Opportunities"),
            Child("Account", "ParentId", "ChildAccounts"),
        ],
    )


def record_type() -> SObject:
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
        flags={**FIXED, "layoutable": False, "searchable": False},
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
        flags={**FIXED, "queryable": False, "searchable": False},
    )
