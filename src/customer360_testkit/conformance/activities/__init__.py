"""What happened and what hangs off a contact: notes, calls, tasks, events, cases, deals."""
