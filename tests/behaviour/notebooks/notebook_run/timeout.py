# Databricks notebook source
# A child over its time is ended, and the parent's call raises.
try:
    dbutils.notebook.run('./lib/sleeps', 6)
except Exception as error:
    print('TIMEDOUT' in str(error))
