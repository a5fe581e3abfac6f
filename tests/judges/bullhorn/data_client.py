"""Runs in the judge's own environment: ``bullhorn`` with the session argv[1] at the restUrl argv[2].

Prints what it was told, as JSON."""
# mypy: ignore-errors
# Its imports are in the environment of the judge only.

import json
import sys

from bullhorn.client import BullhornClient
from bullhorn.exceptions import HTTPException, NotFound

TOKEN, REST_URL = sys.argv[1:3]
client = BullhornClient(TOKEN, REST_URL)
told = {"ping": client.ping()["sessionExpires"], "settings": client.get_settings("userId,corporationName")}


def pages(get, **asked):
    """Pages of a list, until one is not full."""
    found = []
    while True:
        page = get(**asked, count=30, start=len(found))
        found += page
        if len(page) < 30:
            return found


def refusal(call, *arguments):
    try:
        call(*arguments)
    except HTTPException as wrong:
        return [type(wrong).__name__, wrong.status, wrong.response.json()["errorMessage"]]
    return None


contacts = pages(
    client.get_client_contacts, where="isDeleted = false", fields="id,name,clientCorporation(id,name)", order_by="id"
)
told["contacts"] = [one["id"] for one in contacts]
told["company"] = contacts[0]["clientCorporation"]
seekers = pages(client.get_candidates, query="isDeleted:false", fields="id,name")
told["candidates"] = [one["id"] for one in seekers]
told["leads"] = len(pages(client.get_leads, where="isDeleted = false", fields="id,name,status"))
told["companies"] = len(pages(client.get_client_corporations, where="id > 0", fields="id,name"))
first = contacts[0]["id"]
visits = client.get_appointments(
    f"clientContactReference.id = {first} AND isDeleted = false", "id,subject", "-dateBegin"
)
told["visits"] = [one["subject"] for one in visits]
told["jobs"] = client.get_job_orders(f"clientContact.id = {first}", "id,title,isOpen")
told["deals"] = client.get_opportunities(f"clientContact.id = {first}", "id,title")
told["placements"] = len(client.get_placements("candidate.id > 0", "id,candidate(id,name)", count=100))
told["submissions"] = len(client.get_job_submissions("candidate.id > 0", "id,status", count=100))
told["sendouts"] = len(client.get_sendouts("candidate.id > 0", "id", count=100))
told["user"] = client.get_corporate_users("username = 'kim.acme'", "id,name,email")
told["phrase"] = client.get_candidates('name:"grace d\'angelo" AND isDeleted:false', "id,name")
told["phone"] = client.get_candidates("workPhone:2025550001 OR mobile:2025550001", "id,name")

told["no field"] = refusal(client.get_client_contacts, "id > 0", "id,title")
told["no where"] = refusal(client.get_client_contacts, "lastName = Smith", "id")
told["no lucene"] = refusal(client.get_candidates, "name:(ada", "id")
told["no entity"] = refusal(client.get_lead_histories, "id > 0", "id")
client.rest_url = REST_URL + "nowhere/"
try:
    client.ping()
except NotFound as wrong:
    told["not found"] = wrong.status
client.rest_url = REST_URL
client.token = "nobody"
told["no session"] = refusal(client.ping)
print(json.dumps(told))
