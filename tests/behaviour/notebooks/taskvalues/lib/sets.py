# Databricks notebook source
dbutils.jobs.taskValues.set(key='rows', value=3)
dbutils.jobs.taskValues.set('paths', {'in': ['a', 'b'], 'ok': True, 'none': None})
