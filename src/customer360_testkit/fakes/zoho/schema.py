"""Modules and fields as the fake's organisation has them (contract sections 3, 4 and 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import attrs

_JSON_TYPES = {
    "integer": "integer",
    "bigint": "string",
    "double": "double",
    "currency": "double",
    "percent": "double",
    "boolean": "boolean",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "userlookup": "jsonobject",
    "multiselectpicklist": "jsonarray",
    "subform": "jsonarray",
}
TEXTUAL = frozenset({"text", "email", "phone", "website"})
NUMERIC = frozenset({"integer", "bigint", "double", "currency", "percent"})
TEMPORAL = frozenset({"date", "datetime"})
LOOKUPS = frozenset({"lookup", "ownerlookup", "userlookup"})


@attrs.frozen
class Field:
    """A field.

    Attributes:
        name: api_name.
        data_type: Zoho's, like ``text``, ``phone``, ``picklist``, ``lookup``.
        label: display label.
        length: longest text.
        mandatory: ``system_mandatory``.
        layout_mandatory: ``required`` in the layout only.
        read_only: neither ``api_create`` nor ``api_update``.
        values: actual values of a picklist, first the blank one if there is one.
        target: module of a lookup; ``"*"`` for a lookup over several modules.
        searchable: whether ``word=`` looks here.
        unique: whether two records may not share a value.
        hidden: not shown to the user; listed with ``type=all`` only.
        custom: made by an administrator.
    """

    name: str
    data_type: str = "text"
    label: str = ""
    length: int = 255
    mandatory: bool = False
    layout_mandatory: bool = False
    read_only: bool = False
    values: tuple[str, ...] = ()
    target: str | None = None
    searchable: bool = True
    unique: bool = False
    hidden: bool = False
    custom: bool = False

    @property
    def json_type(self) -> str:
        return _JSON_TYPES.get(self.data_type, "string")


@attrs.frozen
class Module:
    """A module. ``module_name`` is the internal name of web URLs; ``name_field`` is what lookups show."""

    name: str
    fields: Mapping[str, Field]
    singular: str
    plural: str
    module_name: str
    name_field: str
    number: int
    generated_type: str = "default"
    searchable: bool = True
    check_fields: tuple[str, ...] = ()
    upsertable: bool = True
    related: tuple[tuple[str, str, str], ...] = ()
    """Related lists: api_name, module listed, lookup field there that points here."""

    @property
    def id(self) -> str:
        return f"61000000000000{self.number:05d}"

    def of_type(self, *types: str) -> list[str]:
        """Names of the fields of these data types."""
        return [field.name for field in self.fields.values() if field.data_type in types]


def _texts(names: str, **more: Any) -> list[Field]:
    return [Field(name, **more) for name in names.split()]


def _picklist(name: str, values: str, *, blank: bool = True, **more: Any) -> Field:
    found = tuple(value.strip() for value in values.split(","))
    return Field(name, "picklist", length=120, values=("-None-", *found) if blank else found, **more)


_SYSTEM_BEFORE = [Field("id", "bigint", "Id", read_only=True, searchable=False)]
_SYSTEM = [
    Field("Owner", "ownerlookup", searchable=False),
    Field("Created_By", "ownerlookup", read_only=True, searchable=False),
    Field("Modified_By", "ownerlookup", read_only=True, searchable=False),
    Field("Created_Time", "datetime", read_only=True, searchable=False),
    Field("Modified_Time", "datetime", read_only=True, searchable=False),
    Field("Last_Activity_Time", "datetime", read_only=True, searchable=False),
]
_TAG = Field("Tag", "text", read_only=True, searchable=False)
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
    _picklist("Lead_Source", _SOURCES),
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
_ACTIVITY_LISTS = (("Tasks", "Tasks", ""), ("Events", "Events", ""), ("Calls", "Calls", ""))
_NOTES_LIST = ("Notes", "Notes", "Parent_Id")

_PRIORITY = _picklist("Priority", "High, Highest, Low, Lowest, Normal")
_CALL_PURPOSES = "Prospecting, Administrative, Negotiation, Demo, Project, Desk"
_CALL_RESULTS = "Interested, Not interested, No response/Busy, Requested more info, Requested call back, Invalid number"


def _module(number: int, name: str, fields: Iterable[Field], **more: Any) -> Module:
    every = {field.name: field for field in (*_SYSTEM_BEFORE, *fields, *_SYSTEM)}
    singular = more.pop("singular", name[:-1])
    return Module(
        name=name,
        fields=every,
        singular=singular,
        plural=more.pop("plural", name),
        module_name=more.pop("module_name", name),
        name_field=more.pop("name_field", "Subject"),
        number=number,
        **more,
    )


@cache
def stock_modules() -> Mapping[str, Module]:
    """What every new organisation has."""
    contacts = _module(
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
        related=(_NOTES_LIST, ("Deals", "Deals", "Contact_Name"), ("Cases", "Cases", "Related_To"), *_ACTIVITY_LISTS),
    )
    leads = _module(
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
        related=(_NOTES_LIST, *_ACTIVITY_LISTS),
    )
    accounts = _module(
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
            _NOTES_LIST,
            ("Contacts", "Contacts", "Account_Name"),
            ("Deals", "Deals", "Account_Name"),
            ("Cases", "Cases", "Account_Name"),
            *_ACTIVITY_LISTS,
        ),
    )
    vendors = _module(
        4,
        "Vendors",
        [
            Field("Vendor_Name", length=120, mandatory=True),
            Field("Email", "email", length=100),
            Field("Phone", "phone", length=30),
            Field("Website", "website", length=450),
            Field("Category", length=120),
            _DESCRIPTION,
            _TAG,
        ],
        name_field="Vendor_Name",
        related=(_NOTES_LIST, *_ACTIVITY_LISTS),
    )
    deals = _module(
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
        related=(_NOTES_LIST, *_ACTIVITY_LISTS),
    )
    cases = _module(
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
        related=(_NOTES_LIST, *_ACTIVITY_LISTS),
    )
    tasks = _module(
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
        related=(_NOTES_LIST,),
    )
    calls = _module(
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
        related=(_NOTES_LIST,),
    )
    events = _module(
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
        related=(_NOTES_LIST,),
    )
    notes = _module(
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
    every = (contacts, leads, accounts, vendors, deals, cases, tasks, calls, events, notes)
    return {module.name: module for module in every}


class Schema:
    """The organisation's modules; administrators change them (F117, F118)."""

    def __init__(self) -> None:
        self.modules: dict[str, Module] = dict(stock_modules())
        self.version = 0

    def reset(self) -> None:
        if self.version:
            self.modules = dict(stock_modules())
            self.version = 0

    def rename_field(self, module: str, old: str, new: str) -> None:
        """Put a field under another api_name."""
        self._change(
            module,
            {
                new if name == old else name: attrs.evolve(field, name=new) if name == old else field
                for name, field in self.modules[module].fields.items()
            },
        )

    def put_field(self, module: str, field: Field) -> None:
        """Add a field, or replace the one of that name."""
        self._change(module, {**self.modules[module].fields, field.name: field})

    def change_field(self, module: str, name: str, **changes: Any) -> None:
        """Change some properties of a field, like ``unique=True`` or ``values=(...)``."""
        self.put_field(module, attrs.evolve(self.modules[module].fields[name], **changes))

    def remove_field(self, module: str, name: str) -> None:
        self._change(module, {key: one for key, one in self.modules[module].fields.items() if key != name})

    def add_module(self, name: str, fields: Iterable[Field], *, name_field: str = "Name") -> None:
        """A custom module; it has ``Name`` and the system fields besides ``fields``."""
        number = 100 + sum(module.generated_type == "custom" for module in self.modules.values())
        self.modules[name] = _module(
            number,
            name,
            [Field("Name", length=120, mandatory=True), *(attrs.evolve(one, custom=True) for one in fields)],
            name_field=name_field,
            module_name=f"CustomModule{number - 99}",
            generated_type="custom",
            related=(_NOTES_LIST, *_ACTIVITY_LISTS),
        )
        self.version += 1

    def remove_module(self, name: str) -> None:
        del self.modules[name]
        self.version += 1

    def _change(self, module: str, fields: Mapping[str, Field]) -> None:
        self.modules[module] = attrs.evolve(self.modules[module], fields=fields)
        self.version += 1
