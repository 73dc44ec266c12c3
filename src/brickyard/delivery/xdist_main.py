"""A pytest plugin (``-p brickyard.delivery.xdist_main``): lets workers of pytest-xdist use pyspark.

A worker's ``__main__`` has neither file nor spec. pyspark's Connect client (4.0 and 4.1, in
``pyspark.sql.connect.utils.check_dependencies``) takes that for a doctest run, imports its own test
helpers, and ends the process for want of a Spark distribution. A file name sets it right; others,
multiprocessing among them, expect a spec that may be None.
"""

from __future__ import annotations

import sys

import pytest

_main = sys.modules["__main__"]
if getattr(_main, "__spec__", None) is None and not hasattr(_main, "__file__"):
    # A real module that does nothing when imported, as a spawned process does with its main file.
    _main.__file__ = pytest.__file__
    _main.__spec__ = None
