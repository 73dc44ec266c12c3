# Databricks notebook source
# Queries from several threads.
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda n: spark.range(n).count(), range(1, 6))))
