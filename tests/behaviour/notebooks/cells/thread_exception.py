# Databricks notebook source
# An exception in a thread is shown and does not fail the run.
import threading


def work():
    raise ValueError('in a thread')


thread = threading.Thread(target=work)
thread.start()
thread.join()

# COMMAND ----------

print('goes on')
