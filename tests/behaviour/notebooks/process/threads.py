# Databricks notebook source
# Threads share the notebook's names.
from concurrent.futures import ThreadPoolExecutor

total = []
with ThreadPoolExecutor(8) as pool:
    list(pool.map(total.append, range(100)))
print(sum(total))
