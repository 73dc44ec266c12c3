"""The periods that the tests of stages and notebooks work on."""

from __future__ import annotations

from datetime import date

from flight_delays.split import Period

TRAINING = Period(date(2013, 6, 8), date(2013, 6, 20))
EVALUATION = Period(date(2013, 6, 21), date(2013, 6, 23))
BOTH = Period(TRAINING.start, EVALUATION.end)
SCORING = Period(date(2013, 6, 24), date(2013, 6, 26))
PER_DAY = 60
