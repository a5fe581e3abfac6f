"""The people and companies that every tenant has (contract section 4)."""

from __future__ import annotations

from customer360_testkit.fakes.bullhorn.fields import (
    PERSON,
    Entity,
    Field,
    address,
    entity,
    flag,
    many,
    moment,
    number,
    one,
    phone,
    pick,
    system_moment,
    text,
)

FIRST_PERSON = 5_059_001
SOURCES = ("Web", "Referral", "Phone", "Event")


def _names() -> tuple[Field, ...]:
    return (
        text("firstName", 50, optional=False, required=True),
        text("lastName", 50, optional=False, required=True),
        text("middleName", 50),
        text("name", 100, optional=False, required=True),
        text("nickName", 50),
        text("occupation", 100),
    )


def _phones(*names: str) -> tuple[Field, ...]:
    return tuple(phone(name) for name in names)


def _system() -> tuple[Field, ...]:
    return (
        one("owner", "CorporateUser"),
        system_moment("dateAdded", optional=False),
        system_moment("dateLastModified"),
        flag("isDeleted"),
    )


def _custom() -> tuple[Field, ...]:
    """Every tenant has these columns; without a label of the tenant's own they mean nothing, and are hidden."""
    texts = (text(f"customText{n}", 100, custom=True, hidden=True) for n in range(1, 11))
    others = (
        Field("customTextBlock1", custom=True, hidden=True, max_length=2_147_483_647),
        moment("customDate1", custom=True, hidden=True),
        number("customInt1", custom=True, hidden=True),
        number("customFloat1", "Double", custom=True, hidden=True),
    )
    return (*texts, *others)


CANDIDATE = entity(
    "Candidate",
    (
        *_names(),
        *(text("email", 100), text("email2", 100), text("email3", 100)),
        *_phones("phone", "mobile", "phone2", "phone3", "workPhone", "pager", "fax", "fax2", "fax3"),
        text("companyName", 100),
        pick("status", 100, "New Lead", "Active", "Placed", "Archived", default="New Lead", required=True),
        pick("source", 200, *SOURCES),
        text("externalID", 50),
        *(address("address"), address("secondaryAddress")),
        text("comments", 2_147_483_647),
        one("linkedPerson", PERSON),
        flag("smsOptIn", once=True),
        system_moment("dateLastComment"),
        *_system(),
        many("notes", "Note", "personReference", read_only=True),
        many("tasks", "Task", "candidate", read_only=True),
        many("appointments", "Appointment", "candidateReference", read_only=True),
        many("submissions", "JobSubmission", "candidate", read_only=True),
        many("placements", "Placement", "candidate", read_only=True),
        many("sendouts", "Sendout", "candidate", read_only=True),
        many("categories", "Category"),
        *_custom(),
    ),
    search=True,
    query=False,
    mass=True,
    sequence=(PERSON, FIRST_PERSON),
)
CLIENT_CONTACT = entity(
    "ClientContact",
    (
        *_names(),
        *(text("email", 60, optional=False), text("email2", 100), text("email3", 100)),
        *_phones("phone", "mobile", "phone2", "phone3", "pager", "fax", "fax2", "fax3"),
        one("clientCorporation", "ClientCorporation", optional=False, required=True, label="Company"),
        text("division", 40),
        pick("status", 30, "Active", "New Lead", "Archive", default="Active", required=True),
        pick("type", 100, "Decision Maker", "Gatekeeper"),
        pick("source", 30, *SOURCES),
        text("externalID", 30),
        *(address("address"), address("secondaryAddress")),
        text("comments", 2_147_483_647),
        one("linkedPerson", PERSON),
        flag("smsOptIn", once=True),
        system_moment("dateLastVisit"),
        *_system(),
        many("notes", "Note", "personReference", read_only=True),
        many("tasks", "Task", "clientContact", read_only=True),
        many("appointments", "Appointment", "clientContactReference", read_only=True),
        many("jobOrders", "JobOrder", "clientContact", read_only=True),
        many("categories", "Category"),
        *_custom(),
    ),
    label="Contact",
    search=True,
    mass=True,
    sequence=(PERSON, FIRST_PERSON),
)
LEAD = entity(
    "Lead",
    (
        *_names(),
        *(text("email", 100, optional=False), text("email2", 100), text("email3", 100)),
        *_phones("phone", "mobile", "phone2", "phone3", "pager", "fax"),
        text("companyName", 100),
        one("clientCorporation", "ClientCorporation"),
        pick("status", 30, "New Lead", "Contacted", "Converted", default="New Lead", required=True),
        pick("source", 30, *SOURCES),
        address("address"),
        text("comments", 2_147_483_647),
        system_moment("dateLastComment"),
        *_system(),
        many("assignedTo", "CorporateUser"),
        many("notes", "Note", "personReference", read_only=True),
        many("tasks", "Task", "lead", read_only=True),
        *_custom(),
    ),
    search=True,
    mass=True,
    sequence=(PERSON, FIRST_PERSON),
)
CLIENT_CORPORATION = entity(
    "ClientCorporation",
    (
        text("name", 100, optional=False, required=True),
        *_phones("phone", "billingPhone", "fax"),
        pick("status", 30, "Prospect", "Active Account", "Archive", default="Prospect", required=True),
        text("companyURL", 100),
        text("externalID", 30),
        *(address("address"), address("billingAddress")),
        text("notes", 2_147_483_647),
        system_moment("dateAdded", optional=False),
        system_moment("dateLastModified"),
        many("owners", "CorporateUser"),
        many("clientContacts", "ClientContact", "clientCorporation", read_only=True),
        many("jobOrders", "JobOrder", "clientCorporation", read_only=True),
        *_custom(),
    ),
    label="Company",
    search=True,
    mass=True,
    deletes="refused",
)
CORPORATE_USER = entity(
    "CorporateUser",
    (
        *_names(),
        text("username", 100),
        text("email", 100),
        *_phones("phone", "mobile"),
        number("timeZoneOffsetEST"),
        number("masterUserID"),
        flag("isDeleted"),
    ),
    label="User",
    deletes="refused",
    writable=False,
    sequence=(PERSON, FIRST_PERSON),
)
PEOPLE_AND_COMPANIES: tuple[Entity, ...] = (CANDIDATE, CLIENT_CONTACT, LEAD, CLIENT_CORPORATION, CORPORATE_USER)
