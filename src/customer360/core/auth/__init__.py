"""How a CRM knows who we are: schemes written once here, declared by each connector with its own addresses and
words."""

from customer360.core.auth.grants import Application, Grant, PendingLogin
from customer360.core.auth.oauth2 import OAuth2Code
from customer360.core.auth.scheme import AuthScheme, Outgoing

__all__ = ["Application", "AuthScheme", "Grant", "OAuth2Code", "Outgoing", "PendingLogin"]
