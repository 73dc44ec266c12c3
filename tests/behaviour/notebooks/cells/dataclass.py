# Databricks notebook source
# Dataclasses, type hints and pickling of the notebook's own classes.
import pickle
from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int = 2

# COMMAND ----------

pickle.loads(pickle.dumps(Point(1)))
