"""The words in which the consultancy counts: what an option is, what is said of it, what comes of it.

What is true of the required feature of an option and what an assistant may claim share their numbers, so
that an honest claim is the number of the truth.
"""

from typing import Literal, get_args

OPTIONS = 3
LETTERS = ("A", "B", "C")
NOTHING_LETTER = "D"
"""The customer's fourth choice."""

HAS, LACKS, UNSPECIFIED, SILENT = range(4)
CLAIMS = 4
CLAIM_NAMES = ("has", "lacks", "unspecified", "silent")
"""What can be claimed of an option; the first three are also what can be true of it."""

PRICE_TRUE, PRICE_SILENT, PRICE_FALSE = range(3)
PRICE_STATEMENTS = 3
PRICE_NAMES = ("true", "silent", "false")
"""What can be said of the three prices; only a customer who does not see them hears it."""

MESSAGES = CLAIMS**OPTIONS
"""Claims about the three options: message ``m`` claims ``m // 16``, ``m // 4 % 4`` and ``m % 4``."""

NOTHING, CAUGHT = 3, 4
RESULTS = 5
"""What can come of a visit: option 0, 1 or 2 bought, nothing bought, or nothing since a lie was caught."""

FeedbackKind = Literal["immediate", "partial", "oracle", "horizon", "world_model", "observed", "true"]
FEEDBACKS: tuple[FeedbackKind, ...] = get_args(FeedbackKind)
"""Who rates, knowing what; the rows of the ratings that ``rules`` computes. See its rule book."""
IMMEDIATE, PARTIAL, ORACLE, HORIZON, WORLD_MODEL, OBSERVED, TRUE = range(len(FEEDBACKS))
