"""Runs in the judge's own environment: requests-oauthlib signs in at argv[1] as client argv[2], secret argv[3]."""
# mypy: ignore-errors
# Its imports are in the environment of the judge only.

import os
import sys

import requests
from requests_oauthlib import OAuth2Session

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"
BASE, CLIENT, SECRET = sys.argv[1:4]
LOGIN = BASE + "/organizations/oauth2/v2.0"
session = OAuth2Session(
    CLIENT, redirect_uri="http://localhost:1234/back", scope=["offline_access", "User.Read"], pkce="S256"
)
url, _ = session.authorization_url(LOGIN + "/authorize")
back = requests.get(url, allow_redirects=False, timeout=10).headers["location"]
token = session.fetch_token(LOGIN + "/token", authorization_response=back, client_secret=SECRET, include_client_id=True)
fresh = session.refresh_token(LOGIN + "/token", client_id=CLIENT, client_secret=SECRET)
assert fresh["refresh_token"] != token["refresh_token"]
assert session.get(BASE + "/v1.0/me").json()["displayName"] == "Kim Akers"
print("judged")
