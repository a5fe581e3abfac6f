"""The phone index: which contact holds this number or address, answered from the local store.

For CRMs that cannot search by phone, for instant matches, and for the hours in which a CRM is down.
"""
