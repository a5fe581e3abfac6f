"""Notes, tasks, appointments, and what recruiters work on (contract section 7)."""

from __future__ import annotations

from customer360_testkit.fakes.bullhorn.fields import (
    PERSON,
    UNLIMITED,
    Entity,
    entity,
    flag,
    many,
    moment,
    number,
    one,
    pick,
    system_moment,
    text,
)

ADDED = system_moment("dateAdded", optional=False)
MODIFIED = system_moment("dateLastModified")
BODY = text("description", UNLIMITED)
SUBJECT = text("subject", 100, optional=False, required=True)
WORK = (one("jobOrder", "JobOrder"), one("opportunity", "Opportunity"), one("placement", "Placement"))

NOTE = entity(
    "Note",
    (
        text("comments", UNLIMITED, optional=False, required=True),
        text("action", 30),
        one("personReference", PERSON, optional=False, required=True),
        one("commentingPerson", PERSON),
        one("jobOrder", "JobOrder"),
        moment("dateAdded", default="now"),
        MODIFIED,
        number("minutesSpent"),
        text("externalID", 100),
        flag("isDeleted"),
        many("entities", "NoteEntity", "note", read_only=True),
    ),
    search=True,
    query=False,
)
NOTE_ENTITY = entity(
    "NoteEntity",
    (
        one("note", "Note", optional=False),
        number("targetEntityID", optional=False),
        text("targetEntityName", 30, optional=False),
        ADDED,
    ),
    deletes="hard",
)
TASK = entity(
    "Task",
    (
        SUBJECT,
        pick("type", 30, "Call", "Email", "To-Do", "Other", optional=False, required=True),
        moment("dateBegin", optional=False, required=True),
        moment("dateEnd", optional=False, required=True),
        BODY,
        *(flag("isCompleted"), flag("isPrivate")),
        moment("dateCompleted"),
        number("priority", default=2, options=((1, "Low"), (2, "Normal"), (3, "High"))),
        number("notificationMinutes", default=0),
        one("owner", "CorporateUser"),
        many("assignees", "CorporateUser"),
        *(one("candidate", "Candidate"), one("clientContact", "ClientContact"), one("lead", "Lead")),
        *WORK,
        *(ADDED, MODIFIED),
        flag("isDeleted"),
    ),
    search=True,
    mass=True,
)
APPOINTMENT = entity(
    "Appointment",
    (
        SUBJECT,
        pick("type", 30, "Meeting", "Interview", "Call", "Personal", optional=False, required=True),
        pick("communicationMethod", 30, "Phone", "In person", "Video"),
        *(moment("dateBegin"), moment("dateEnd")),
        BODY,
        text("location", 100),
        *(flag("isPrivate"), flag("isAllDay")),
        number("notificationMinutes", default=0),
        one("owner", "CorporateUser", read_only=True),
        one("candidateReference", "Candidate"),
        one("clientContactReference", "ClientContact"),
        one("lead", "Lead"),
        *WORK,
        one("parentAppointment", "Appointment", read_only=True),
        many("attendees", "AppointmentAttendee", "appointment", read_only=True),
        *(ADDED, MODIFIED),
        flag("isDeleted"),
    ),
)
ATTENDEE = entity(
    "AppointmentAttendee",
    (
        one("appointment", "Appointment", optional=False),
        one("attendee", PERSON, optional=False),
        number("acceptanceStatus"),
    ),
    deletes="hard",
)
JOB_ORDER = entity(
    "JobOrder",
    (
        text("title", 100, optional=False, required=True),
        one("clientContact", "ClientContact", optional=False, required=True),
        one("clientCorporation", "ClientCorporation", optional=False, required=True),
        pick("employmentType", 200, "Direct Hire", "Contract", optional=False, required=True),
        pick("status", 200, "Accepting Candidates", "Filled", "Archive", optional=False, required=True),
        flag("isOpen", True),
        BODY,
        number("salary", "BigDecimal", specialization="MONEY"),
        one("owner", "CorporateUser"),
        *(ADDED, MODIFIED),
        flag("isDeleted"),
        many("notes", "Note", "jobOrder", read_only=True),
        many("submissions", "JobSubmission", "jobOrder", read_only=True),
    ),
    label="Job",
    search=True,
    mass=True,
)
JOB_SUBMISSION = entity(
    "JobSubmission",
    (
        one("candidate", "Candidate", optional=False, required=True),
        one("jobOrder", "JobOrder", optional=False, required=True),
        one("sendingUser", "CorporateUser", optional=False, required=True),
        pick("status", 30, "New Lead", "Submitted", "Client Interview", optional=False, required=True),
        moment("dateWebResponse", optional=False),
        text("source", 100),
        *(ADDED, MODIFIED),
        flag("isDeleted"),
    ),
    label="Submission",
    search=True,
    mass=True,
)
OPPORTUNITY = entity(
    "Opportunity",
    (
        text("title", 100, optional=False, required=True),
        one("clientContact", "ClientContact", optional=False, required=True),
        one("clientCorporation", "ClientCorporation", optional=False, required=True),
        pick("type", 30, "Contract", "Permanent", optional=False, required=True),
        pick("status", 100, "Open", "Qualifying", "Closed-Won", optional=False, required=True),
        flag("isOpen", True),
        number("dealValue", "BigDecimal", specialization="MONEY"),
        one("owner", "CorporateUser"),
        *(ADDED, MODIFIED),
        flag("isDeleted"),
    ),
    search=True,
    mass=True,
)
PLACEMENT = entity(
    "Placement",
    (
        *(one("candidate", "Candidate", optional=False), one("jobOrder", "JobOrder", optional=False)),
        pick("status", 30, "Submitted", "Approved", "Completed"),
        *(moment("dateBegin"), moment("dateEnd")),
        *(ADDED, MODIFIED),
    ),
    search=True,
    deletes="refused",
    writable=False,
)
SENDOUT = entity(
    "Sendout",
    (
        *(one("candidate", "Candidate"), one("clientContact", "ClientContact"), one("jobOrder", "JobOrder")),
        text("email", 100),
        ADDED,
    ),
    deletes="refused",
    writable=False,
)
TEARSHEET = entity(
    "Tearsheet",
    (
        text("name", 100, optional=False, required=True),
        text("description", 255),
        one("owner", "CorporateUser"),
        many("candidates", "Candidate"),
        many("clientContacts", "ClientContact"),
        ADDED,
        flag("isDeleted"),
    ),
    mass=True,
)
CATEGORY = entity("Category", (text("name", 100), flag("enabled", True)), deletes="refused", writable=False)
COUNTRY = entity("Country", (text("name", 100), text("code", 3)), deletes="refused", writable=False)
BUSINESS: tuple[Entity, ...] = (
    *(NOTE, NOTE_ENTITY, TASK, APPOINTMENT, ATTENDEE),
    *(JOB_ORDER, JOB_SUBMISSION, OPPORTUNITY, PLACEMENT, SENDOUT, TEARSHEET, CATEGORY, COUNTRY),
)
