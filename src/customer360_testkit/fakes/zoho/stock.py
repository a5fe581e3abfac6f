"""The modules that every new organisation has (contract sections 4 and 7)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from customer360_testkit.fakes.zoho.fields import Field, Module, new_module


def _texts(names: str, **more: Any) -> list[Field]:
    return [Field(name, **more) for name in names.split()]


def _picklist(name: str, values: str, *, blank: bool = True, **more: Any) -> Field:
    found = tuple(value.strip() for value in values.split(","))
    return Field(name, "picklist", length=120, values=("-None-", *found) if blank else found, **more)


_TAG = Field("Tag", "text", read_only=True, searchable=False, comes_as="jsonarray")
_DESCRIPTION = Field("Description", "textarea", length=32000)
_SOURCES = "Advertisement, Cold Call, Employee Referral, Trade Show, Web Download, Chat"
_PERSON = [
    _picklist("Salutation", "Mr., Mrs., Ms., Dr., Prof."),
    Field("First_Name", length=40),
    Field("Last_Name", length=80, mandatory=True),
    Field("Full_Name", length=120, read_only=True),
    Field("Email", "email", length=100),
    Field("Secondary_Email", "email", length=100),
    Field("Phone", "phone", length=30),
    Field("Mobile", "phone", length=30),
    Field("Fax", "phone", length=30),
    _picklist("Lead_Source", _SOURCES, labels={"Trade Show": "Trade show"}, unused=("Fax",)),
    _DESCRIPTION,
    _TAG,
]
_REMIND = [
    Field("Remind_At", "ALARM", searchable=False),
    Field("Recurring_Activity", "RRULE", searchable=False),
]
_LINKS = [
    Field("Who_Id", "lookup", "Contact Name", target="Contacts", searchable=False),
    Field("What_Id", "lookup", "Related To", target="*", searchable=False),
    Field("$se_module", hidden=True, searchable=False),
]
ACTIVITY_LISTS = (("Tasks", "Tasks", ""), ("Events", "Events", ""), ("Calls", "Calls", ""))
NOTES_LIST = ("Notes", "Notes", "Parent_Id")

_PRIORITY = _picklist("Priority", "High, Highest, Low, Lowest, Normal")
_CALL_PURPOSES = "Prospecting, Administrative, Negotiation, Demo, Project, Desk"
_CALL_RESULTS = "Interested, Not interested, No response/Busy, Requested more info, Requested call back, Invalid number"


CLOSED_MODULES: Mapping[str, Mapping[str, Any]] = {
    "Reports": {"number": 90, "generated": "web", "status": "visible", "supported": False},
    "Contacts_X_Products": {"number": 91, "generated": "linking", "status": "system_hidden", "supported": True},
    "Quotes": {"number": 92, "generated": "default", "status": "user_hidden", "supported": True},
}
"""Modules that metadata lists and that nobody gets at: not in the API, or not viewable."""


@cache
def stock_modules() -> Mapping[str, Module]:
    """What every new organisation has."""
    return {module.name: module for module in (make() for make in _EVERY)}


def _contacts() -> Module:
    return new_module(
        1,
        "Contacts",
        [
            *_PERSON,
            *_texts("Title Department", length=100),
            *[Field(name, "phone", length=30) for name in ("Home_Phone", "Other_Phone", "Asst_Phone")],
            Field("Account_Name", "lookup", target="Accounts"),
            *_texts("Mailing_Street Mailing_City Mailing_State Mailing_Zip Mailing_Country", length=250),
            Field("Date_of_Birth", "date"),
            Field("Email_Opt_Out", "boolean"),
        ],
        name_field="Full_Name",
        check_fields=("Email",),
        related=(NOTES_LIST, ("Deals", "Deals", "Contact_Name"), ("Cases", "Cases", "Related_To"), *ACTIVITY_LISTS),
    )


def _leads() -> Module:
    return new_module(
        2,
        "Leads",
        [
            *_PERSON,
            Field("Company", length=200, layout_mandatory=True),
            Field("Designation", length=100),
            _picklist("Lead_Status", "Attempted to Contact, Contacted, Junk Lead, Not Contacted, Pre-Qualified"),
            Field("Converted__s", "boolean", read_only=True, searchable=False),
            Field("Converted_Contact", "lookup", target="Contacts", read_only=True, searchable=False),
            *_texts("Street City State Zip_Code Country", length=250),
        ],
        name_field="Full_Name",
        check_fields=("Email",),
        related=(NOTES_LIST, *ACTIVITY_LISTS),
    )


def _accounts() -> Module:
    return new_module(
        3,
        "Accounts",
        [
            Field("Account_Name", length=200, mandatory=True),
            Field("Phone", "phone", length=30),
            Field("Fax", "phone", length=30),
            Field("Website", "website", length=450),
            _picklist("Industry", "Consulting, Education, Finance, Manufacturing, Technology"),
            *_texts("Billing_Street Billing_City Billing_State Billing_Code Billing_Country", length=250),
            Field("Annual_Revenue", "currency"),
            Field("Employees", "integer"),
            _DESCRIPTION,
            _TAG,
        ],
        name_field="Account_Name",
        check_fields=("Account_Name",),
        related=(
            NOTES_LIST,
            ("Contacts", "Contacts", "Account_Name"),
            ("Deals", "Deals", "Account_Name"),
            ("Cases", "Cases", "Account_Name"),
            *ACTIVITY_LISTS,
        ),
    )


def _vendors() -> Module:
    return new_module(
        4,
        "Vendors",
        [
            Field("Vendor_Name", length=120, mandatory=True),
            Field("Email", "email", length=100),
            Field("Phone", "phone", length=30),
            Field("Website", "website", length=450),
            Field("Category", length=120),
            *_texts("Street City State Zip_Code Country", length=250),
            _DESCRIPTION,
            _TAG,
        ],
        name_field="Vendor_Name",
        related=(NOTES_LIST, *ACTIVITY_LISTS),
    )


def _deals() -> Module:
    return new_module(
        5,
        "Deals",
        [
            Field("Deal_Name", length=120, mandatory=True),
            _picklist(
                "Stage",
                "Qualification, Needs Analysis, Proposal/Price Quote, Negotiation/Review, Closed Won, Closed Lost",
                blank=False,
                mandatory=True,
            ),
            Field("Contact_Name", "lookup", target="Contacts"),
            Field("Account_Name", "lookup", target="Accounts"),
            Field("Amount", "currency"),
            Field("Probability", "integer"),
            Field("Closing_Date", "date"),
            _DESCRIPTION,
            _TAG,
        ],
        module_name="Potentials",
        name_field="Deal_Name",
        check_fields=("Deal_Name",),
        related=(NOTES_LIST, *ACTIVITY_LISTS),
    )


def _cases() -> Module:
    return new_module(
        6,
        "Cases",
        [
            Field("Case_Number", "autonumber", read_only=True),
            Field("Subject", length=300, mandatory=True),
            _picklist("Status", "New, On Hold, Escalated, Closed", blank=False, mandatory=True),
            _picklist("Case_Origin", "Email, Phone, Web, Twitter, Facebook", mandatory=True),
            _picklist("Type", "Problem, Feature Request, Question"),
            _PRIORITY,
            _picklist("Case_Reason", "User did not attend any training, Complex functionality, New problem"),
            Field("Related_To", "lookup", target="Contacts"),
            Field("Account_Name", "lookup", target="Accounts"),
            Field("Deal_Name", "lookup", target="Deals"),
            Field("Email", "email", length=100),
            Field("Phone", "phone", length=30),
            Field("Reported_By", length=120),
            _DESCRIPTION,
            Field("Internal_Comments", "textarea", length=32000),
            Field("Solution", "textarea", length=32000),
            _TAG,
        ],
        check_fields=("Subject",),
        related=(NOTES_LIST, *ACTIVITY_LISTS),
    )


def _tasks() -> Module:
    return new_module(
        7,
        "Tasks",
        [
            Field("Subject", length=300, mandatory=True),
            Field("Due_Date", "date"),
            _picklist("Status", "Not Started, Deferred, In Progress, Completed, Waiting for input", blank=False),
            _PRIORITY,
            _DESCRIPTION,
            Field("Send_Notification_Email", "boolean"),
            Field("Closed_Time", "datetime", read_only=True),
            *_LINKS,
            *_REMIND,
            _TAG,
        ],
        upsertable=False,
        related=(NOTES_LIST,),
    )


def _calls() -> Module:
    return new_module(
        8,
        "Calls",
        [
            Field("Subject", length=300, mandatory=True),
            _picklist("Call_Type", "Inbound, Outbound, Missed", blank=False, mandatory=True),
            Field("Call_Start_Time", "datetime", mandatory=True),
            Field("Call_Duration", length=20, searchable=False),
            Field("Call_Duration_in_seconds", "integer", read_only=True),
            _picklist("Outgoing_Call_Status", "Scheduled, Completed, Overdue, Cancelled"),
            _picklist("Call_Status", "Received, Scheduled, Completed, Missed, Overdue, Cancelled", read_only=True),
            _picklist("Call_Purpose", _CALL_PURPOSES),
            _picklist("Call_Result", _CALL_RESULTS),
            *_texts("Call_Agenda Caller_ID Dialled_Number", length=255),
            Field("Voice_Recording__s", "website", length=2000),
            Field("CTI_Entry", "boolean"),
            _DESCRIPTION,
            *_LINKS,
            *_REMIND,
            _TAG,
        ],
        upsertable=False,
        related=(NOTES_LIST,),
    )


def _events() -> Module:
    return new_module(
        9,
        "Events",
        [
            Field("Event_Title", length=255, mandatory=True),
            Field("Start_DateTime", "datetime", mandatory=True),
            Field("End_DateTime", "datetime", mandatory=True),
            Field("All_day", "boolean"),
            Field("Venue", length=255),
            Field("Participants", "jsonarray", searchable=False),
            _DESCRIPTION,
            *_LINKS,
            *_REMIND,
            _TAG,
        ],
        name_field="Event_Title",
        upsertable=False,
        related=(NOTES_LIST,),
    )


def _notes() -> Module:
    return new_module(
        10,
        "Notes",
        [
            Field("Note_Title", length=120),
            Field("Note_Content", "textarea", length=32000, mandatory=True),
            Field("Parent_Id", "lookup", target="*", mandatory=True, searchable=False),
        ],
        name_field="Note_Title",
        upsertable=False,
    )


_EVERY = (_contacts, _leads, _accounts, _vendors, _deals, _cases, _tasks, _calls, _events, _notes)
