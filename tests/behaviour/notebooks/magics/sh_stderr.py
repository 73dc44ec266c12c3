# Databricks notebook source
# DBTITLE 1,stderr of the shell is kept
# MAGIC %sh
# MAGIC echo out
# MAGIC echo problem >&2
