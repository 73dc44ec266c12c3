# Databricks notebook source
# A notebook whose process is killed from outside fails, and keeps what it printed.
import os, time

print(f'pid={os.getpid()}', flush=True)
time.sleep(600)

# COMMAND ----------

print('never')
