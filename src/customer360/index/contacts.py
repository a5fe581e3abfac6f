"""The contacts of an index, each with the tails and addresses that it is found by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from customer360.core.records import Contact, RecordRef
from customer360.index import snapshots
from customer360.index.places import Place
from customer360.index.tables import address, contact, number
from customer360.store.by_key import Values, anew, insertion, keyed, prepared


def put(
    connection: sa.Connection,
    place: Place,
    changed: Sequence[Contact],
    gone: Sequence[RecordRef],
    regions: tuple[str, ...],
) -> None:
    """Store what changed, take away what is gone."""
    # A record may come twice; the later one counts, and what is gone is gone.
    latest = {each.ref.id: each for each in changed}
    left = {ref.id for ref in gone}
    holding = [each for each in latest.values() if each.ref.id not in left and (each.phones or each.emails)]
    indexed = _of_records(connection, place, list({**latest, **dict.fromkeys(left)}))
    kept = {each.ref.id for each in holding}
    remove(connection, place.scope, [at for record, at in indexed.items() if record in kept], keep=True)
    remove(connection, place.scope, [at for record, at in indexed.items() if record not in kept])
    _store(connection, place, holding, indexed, regions)


def ids(connection: sa.Connection, found: int, which: sa.ColumnElement[bool]) -> Sequence[int]:
    """The numbers of those contacts of an index."""
    return connection.scalars(sa.select(contact.c.contact).where(contact.c.scope == found, which)).all()


def remove(connection: sa.Connection, found: int, contacts: Iterable[int], *, keep: bool = False) -> None:
    """Take these contacts' keys away, and the contacts too unless they are to be ``keep``-t for their new keys."""
    listed = [(found, each) for each in contacts]
    for here in listed:
        for tails, addresses in _keys.rows(connection, *here):
            _drop_number.run_all(connection, [(*here, key) for key in json.loads(tails)])
            _drop_address.run_all(connection, [(*here, key) for key in json.loads(addresses)])
    if not keep:
        _drop_contact.run_all(connection, listed)


def _of_records(connection: sa.Connection, place: Place, records: Sequence[str]) -> dict[str, int]:
    """The numbers of those records that are indexed."""
    # One by one: given them all in one IN, SQLite reads the whole index rather than look each up.
    found = ((record, _by_record.rows(connection, place.scope, place.resource, record)) for record in records)
    return {record: number for record, listed in found for (number,) in listed}


def _store(
    connection: sa.Connection,
    place: Place,
    holding: Sequence[Contact],
    indexed: Mapping[str, int],
    regions: tuple[str, ...],
) -> None:
    if not holding:
        return
    ((last,),) = _last_contact.rows(connection, place.scope)
    new: list[Values] = []
    old: list[Values] = []
    tails: list[Values] = []
    addresses: list[Values] = []
    for each in holding:
        keys, mailboxes = snapshots.tails(each, regions), snapshots.addresses(each)
        row = (place.round, json.dumps(keys), json.dumps(mailboxes), snapshots.pack(each))
        found = indexed.get(each.ref.id)
        if found is None:
            last = found = (last or 0) + 1
            new.append((*row, place.scope, found, place.resource, each.ref.id))
        else:
            old.append((*row, place.scope, found))
        tails.extend([(place.scope, found, key) for key in keys])
        addresses.extend([(place.scope, found, key) for key in mailboxes])
    _new_contact.run_all(connection, new)
    _renew_contact.run_all(connection, old)
    _new_number.run_all(connection, tails)
    _new_address.run_all(connection, addresses)


# Statements that every page needs -----------------------------------------------------------------------------------

_CONTENT = ("round", "tails", "addresses", "snapshot")


@prepared("scope", "resource", "record_id")
def _by_record() -> sa.Select[Any]:
    return sa.select(contact.c.contact).where(*keyed(contact, "scope", "resource", "record_id"))


@prepared("scope")
def _last_contact() -> sa.Select[Any]:
    return sa.select(sa.func.max(contact.c.contact)).where(*keyed(contact, "scope"))


@prepared("scope", "contact")
def _keys() -> sa.Select[Any]:
    return sa.select(contact.c.tails, contact.c.addresses).where(*keyed(contact, "scope", "contact"))


@prepared(*_CONTENT, "scope", "contact")
def _renew_contact() -> sa.Update:
    return contact.update().where(*keyed(contact, "scope", "contact")).values(anew(*_CONTENT))


@prepared("scope", "contact")
def _drop_contact() -> sa.Delete:
    return contact.delete().where(*keyed(contact, "scope", "contact"))


@prepared("scope", "contact", "tail")
def _drop_number() -> sa.Delete:
    return number.delete().where(*keyed(number, "scope", "contact", "tail"))


@prepared("scope", "contact", "address")
def _drop_address() -> sa.Delete:
    return address.delete().where(*keyed(address, "scope", "contact", "address"))


_new_contact = insertion(contact, *_CONTENT, "scope", "contact", "resource", "record_id")
_new_number = insertion(number, "scope", "contact", "tail")
_new_address = insertion(address, "scope", "contact", "address")
