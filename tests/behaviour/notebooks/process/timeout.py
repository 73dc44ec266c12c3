# Databricks notebook source
# A task over its time is ended.
import time

while True:
    time.sleep(0.01)

# COMMAND ----------

print('never')
