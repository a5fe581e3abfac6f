"""zohocrmsdk8-0: ``search_records`` at the address argv[1], as client argv[2], secret argv[3], refresh token argv[4],
in the directory argv[5], for the e-mail address argv[6]."""
# mypy: ignore-errors
# Its imports are in the environment of the vendor's client only.

import sys

from loop import on_threads
from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.crm.api import ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.record import RecordOperations, SearchRecordsParam
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig

BASE, CLIENT, SECRET, REFRESH, HOME, EMAIL = sys.argv[1:7]
environment = DataCenter.Environment(BASE, BASE + "/oauth/v2/token", BASE)
environment.name = "local"
token = OAuthToken(client_id=CLIENT, client_secret=SECRET, refresh_token=REFRESH)
Initializer.initialize(environment=environment, token=token, sdk_config=SDKConfig(), resource_path=HOME)


def call():
    asked = ParameterMap()
    asked.add(SearchRecordsParam.email, EMAIL)
    (record, *_) = RecordOperations("Contacts").search_records(asked).get_object().get_data()
    return record.get_key_value("Last_Name")


on_threads(call)
