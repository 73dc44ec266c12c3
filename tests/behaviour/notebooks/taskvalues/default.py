# Databricks notebook source
# What was not set is the default.
print(dbutils.jobs.taskValues.get(taskKey='first', key='nothing', default='fallback', debugValue='debug'))
