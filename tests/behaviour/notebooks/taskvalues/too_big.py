# Databricks notebook source
# A value over 48 KiB is refused.
dbutils.jobs.taskValues.set(key='big', value='x' * 60_000)
