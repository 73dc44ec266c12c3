# Databricks notebook source
# A value that is no JSON is refused.
dbutils.jobs.taskValues.set(key='odd', value=object())
