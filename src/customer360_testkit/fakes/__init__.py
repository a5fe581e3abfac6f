"""The fakes and the frame they share: clock, journal, faults, switches, cast, OAuth, serving.

Docstrings of a fake, and of the connector for the same CRM, name *contract sections*. That contract is what was written
down of the vendor's public material before either was begun. It is kept outside this repository; its sections are the
same for every CRM: 1 at a glance, 2 authentication, 3 metadata, 4 contact resources, 5 search, 6 reading and writing a
contact, 7 related records and activities, 8 paging, delta, batches, 9 limits and errors, 10 gotchas, 11 sources. The
sources are the vendor's pages, which the connector's README lists.
"""
