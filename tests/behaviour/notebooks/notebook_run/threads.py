# Databricks notebook source
# Several children at once, from a pool of threads.
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(4) as pool:
    values = list(pool.map(lambda n: dbutils.notebook.run('./lib/echo', 60, {'n': str(n)}), range(4)))
print(values)
