"""simple-salesforce: ``client.query`` at the address argv[1], with the session argv[2], for the e-mail address
argv[3]."""
# mypy: ignore-errors
# Its imports are in the environment of the vendor's client only.

import sys

import requests
from loop import on_threads
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.format import format_soql

BASE, SESSION, EMAIL = sys.argv[1:4]
FIELDS = (
    "Id,FirstName,LastName,Name,Email,Phone,MobilePhone,HomePhone,OtherPhone,Title,AccountId,OwnerId,LastModifiedDate"
)


class Plain(HTTPAdapter):
    """The client writes https into every address; the stage speaks http."""

    def send(self, request, **more):
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, **more)


session = requests.Session()
session.mount("https://", Plain(pool_maxsize=50))
client = Salesforce(instance_url=BASE, session_id=SESSION, version="62.0", session=session)
QUERY = format_soql(f"SELECT {FIELDS} FROM Contact WHERE Email = {{}} LIMIT 20", EMAIL)


def call():
    (record, *_) = client.query(QUERY)["records"]
    return record["Name"]


on_threads(call)
