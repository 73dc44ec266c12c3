"""Predict the arrival delay of a flight at the instant it is scheduled to depart.

Pure functions over Spark DataFrames and arrays: nothing here knows of MLflow, of a notebook or of
the workspace it runs in. The package ``flight_delays_mlops`` puts these functions to work.
"""

__version__ = "0.1.0"
