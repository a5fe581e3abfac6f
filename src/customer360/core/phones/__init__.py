"""Phone numbers: read any spelling once, compare numbers, never text (F020, F025, D1, D4).

Text is read once (:mod:`~customer360.core.phones.reading`), and how surely a stored text means a number is said by
:mod:`~customer360.core.phones.comparing`. Both take the regions to read national text with, best first: the record's
own country, the account's, the installation's. Rules that libphonenumber leaves to its callers are here: international
prefixes typed in the wrong country, ``tel:`` and ``sip:`` URIs, and what is no number at all (withheld, internal).
"""

from customer360.core.phones.comparing import Grade, compare
from customer360.core.phones.reading import PhoneNumber, Unusable, keys_for, keys_of, read, spellings, usable

__all__ = ["Grade", "PhoneNumber", "Unusable", "compare", "keys_for", "keys_of", "read", "spellings", "usable"]
