"""How well numbers are matched: a set whose truth is known, judged in memory and over HTTP from any fake (P7, D1, M1).

Here, and not among the tests, because whoever writes a connector wants the same figures for it.
"""

from customer360_testkit.evaluation.judging import Tally, World, judged, mistaken
from customer360_testkit.evaluation.look_alikes import Kind, LookAlike, look_alikes
from customer360_testkit.evaluation.spellings import COUNTRIES, Written, drawn, samples, written

__all__ = [
    "COUNTRIES",
    "Kind",
    "LookAlike",
    "Tally",
    "World",
    "Written",
    "drawn",
    "judged",
    "look_alikes",
    "mistaken",
    "samples",
    "written",
]
