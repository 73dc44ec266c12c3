# Databricks notebook source
# Context managers are left in order.
from contextlib import contextmanager


@contextmanager
def resource():
    print('open')
    try:
        yield
    finally:
        print('close')


with resource():
    dbutils.notebook.exit('inside')

# COMMAND ----------

raise AssertionError('cells after exit do not run')
