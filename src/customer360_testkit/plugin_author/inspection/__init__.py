"""What can be seen of an installed plugin without a CRM, each thing by a check of its own, and the report of it.

A check is a plain function from the :class:`.subject.Subject` to the :class:`.subject.Problem` values that it finds:
none means that all is well. Its docstring's first line is its name in the report.
"""
