# Databricks notebook source
# A progress bar on stderr ends at 100 %.
from tqdm import tqdm

for _ in tqdm(range(500), mininterval=0):
    pass

# COMMAND ----------

from tqdm.auto import tqdm

for _ in tqdm([1, 2]):
    pass
