"""How well numbers are matched: a set whose truth is known, judged in memory and over HTTP from any fake (P7, D1, M1).

Here, and not among the tests, because whoever writes a connector wants the same figures for it::

    from customer360_testkit.evaluation import World, evaluate, rows

    report = evaluate("acme", rows(each=1, alike=6))
    print(report.recall(World.ACCOUNT).found, report.recall(World.ACCOUNT).missed)
"""

from customer360_testkit.evaluation.judging import Tally, World, judged, mistaken
from customer360_testkit.evaluation.look_alikes import Kind, LookAlike, look_alikes
from customer360_testkit.evaluation.retrieval import Call, Report, Row, evaluate, rows
from customer360_testkit.evaluation.spellings import COUNTRIES, Written, drawn, samples, written
from customer360_testkit.evaluation.variants import hits

__all__ = [
    "COUNTRIES",
    "Call",
    "Kind",
    "LookAlike",
    "Report",
    "Row",
    "Tally",
    "World",
    "Written",
    "drawn",
    "evaluate",
    "hits",
    "judged",
    "look_alikes",
    "mistaken",
    "rows",
    "samples",
    "written",
]
