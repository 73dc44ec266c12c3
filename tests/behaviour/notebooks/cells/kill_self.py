# Databricks notebook source
# The process is killed, as by the kernel when memory is short.
print('before')

# COMMAND ----------

print('so far', flush=True)
import os, signal

os.kill(os.getpid(), signal.SIGKILL)

# COMMAND ----------

print('never')
