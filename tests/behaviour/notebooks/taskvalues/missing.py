# Databricks notebook source
# Without a default it fails and names task and key.
dbutils.jobs.taskValues.get(taskKey='first', key='nothing', debugValue='debug')
