"""OData filters, built so that no text of a user is ever read as anything but a value (contract, section 5).

Every value goes through :func:`literal`, every property name is one of those the vendor compares. What cannot be said
raises :class:`Unsupported` before anything is sent. Percent-encoding is the transport's.
"""

from __future__ import annotations

import re

import attrs

from customer360.core.errors import Unsupported

NAMES = ("displayName", "givenName", "surname")
PREFIXED = frozenset({*NAMES, "companyName"})
# The only property seen to answer eq; whether case counts is not said, so hits are compared again.
EXACT = frozenset({"displayName"})

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@attrs.frozen
class Filter:
    """A condition as OData text; made by the functions of this module only."""

    text: str = attrs.field(repr=False)


def literal(text: str) -> str:
    """A string literal: single quotes, ``'`` doubled; there is no other escape in OData.

    Refused: empty text (an empty value is null or ""), control characters, line ends and lone surrogates.
    """
    if not text:
        raise Unsupported("Microsoft 365 does not tell empty text from none, so it cannot be searched for")
    if _CONTROL.search(text):
        raise Unsupported("Microsoft 365's filters cannot express control characters or line ends")
    return "'" + text.replace("'", "''") + "'"


def email_is(address: str) -> Filter:
    """The one contact filter that the vendor documents."""
    return Filter(f"emailAddresses/any(a:a/address eq {literal(address)})")


def starts_with(field: str, text: str) -> Filter:
    if field not in PREFIXED:
        raise Unsupported(f"Microsoft 365 cannot search contacts by the beginning of {field!r}")
    return Filter(f"startswith({field},{literal(text)})")


def equals(field: str, text: str) -> Filter:
    if field not in EXACT:
        raise Unsupported(f"Microsoft 365 cannot compare contacts by {field!r}")
    return Filter(f"{field} eq {literal(text)}")


def property_is(property_id: str, value: str) -> Filter:
    """Items whose extended property is ``value``; the vendor ignores case here, so compare hits again."""
    return Filter(
        f"singleValueExtendedProperties/Any(ep: ep/id eq {literal(property_id)} and ep/value eq {literal(value)})"
    )


def quoted(text: str) -> str:
    """Text for ``$search``: one phrase. What its quotes cannot hold is left out, as the vendor advises."""
    phrase = " ".join(_CONTROL.sub(" ", text).replace('"', " ").replace("\\", " ").split())
    if not phrase:
        raise Unsupported("Microsoft 365 cannot be searched for text without letters or digits")
    return f'"{phrase}"'


def with_properties(*property_ids: str) -> str:
    """``$expand`` for these extended properties: the vendor shows only those that are named."""
    named = " or ".join(f"id eq {literal(each)}" for each in property_ids)
    return f"singleValueExtendedProperties($filter={named})"


def linked_to(external: str) -> Filter:
    """Tasks with a linked resource of this external id; not documented, so never the only way to find them."""
    return Filter(f"linkedResources/any(l:l/externalId eq {literal(external)})")
