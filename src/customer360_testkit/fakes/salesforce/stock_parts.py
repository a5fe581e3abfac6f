"""What several objects of the stock share."""

from __future__ import annotations

from customer360_testkit.fakes.salesforce.fields import Child, Field, pick, text

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
FIXED = {"createable": False, "updateable": False, "deletable": False}


def activity_children(field: str) -> list[Child]:
    return [
        Child("ActivityHistory", field, "ActivityHistories", True),
        Child("Event", field, "Events", True),
        Child("OpenActivity", field, "OpenActivities", True),
        Child("Task", field, "Tasks", True),
    ]


NOTED = [
    Child("ContentDocumentLink", "LinkedEntityId", "ContentDocumentLinks", True),
    Child("Note", "ParentId", "Notes", True),
]


def names(last_required: bool = True) -> list[Field]:
    return [
        text("LastName", 80, nillable=not last_required, compound="Name"),
        text("FirstName", 40, compound="Name"),
        pick("Salutation", SALUTATIONS, length=40, compound="Name"),
    ]
