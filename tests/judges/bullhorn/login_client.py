"""Runs under Python 2.7, which bh_oauth was written for: it signs in at the address argv[1] as client argv[2], secret
argv[3], user name argv[4], password argv[5]. Prints what it was told, as JSON."""
# mypy: ignore-errors

import datetime
import json
import sys

import bh_oauth

base, client, secret, username, password = sys.argv[1:6]
told = {}


def signed_in(known_as, word):
    one = bh_oauth.BHRest(known_as, word, username, password)
    one._auth_url = base + "/oauth"
    one._rest_url = base + "/rest-services"
    return one


me = signed_in(client, secret)
told["code"] = me.auth_code
told["valid"] = me.valid_atoken
told["expires_in"] = me.access_token["expires_in"]
first = dict(me.access_token)
told["session"] = me.rest_token
told["rest_url"] = me.rest_url
# The access token is about to expire: the next use refreshes it and logs in again.
me._expired = datetime.datetime(2000, 1, 1)
told["renewed"] = me.rest_token
told["rotated"] = me.access_token["refresh_token"] != first["refresh_token"]
# A refresh token that is used up.
me._access_token = first
told["reused"] = me.get_access_token(refresh=True)
# An access token that is used up.
me._access_token, me._expired = first, None
told["stale"] = me.rest_login()
stranger = signed_in(client, "wrong")
told["stranger"] = [stranger.valid_atoken, stranger.access_token["error"]]
print(json.dumps(told))
