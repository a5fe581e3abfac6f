"""The local store: links, grants, interactions, outbox, phone index.

SQLAlchemy Core behind two leaves, ``Tx`` and ``Peek``.
"""
