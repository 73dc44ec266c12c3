# Databricks notebook source
# DBTITLE 1,%fs ls of a missing path fails the run
# MAGIC %fs ls /behaviour/no/such/folder
