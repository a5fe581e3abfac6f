"""How a CRM knows who we are: schemes written once here, declared by each connector with its own addresses and
words."""

from customer360.core.auth.assertion import ClientAssertion
from customer360.core.auth.grants import Application, Grant, PendingLogin
from customer360.core.auth.keys import Keys, OAuth1Keys
from customer360.core.auth.oauth2 import OAuth2Code
from customer360.core.auth.password import Password
from customer360.core.auth.scheme import AuthScheme, Outgoing
from customer360.core.auth.unattended import Unattended

__all__ = [
    "Application",
    "AuthScheme",
    "ClientAssertion",
    "Grant",
    "Keys",
    "OAuth1Keys",
    "OAuth2Code",
    "Outgoing",
    "Password",
    "PendingLogin",
    "Unattended",
]
