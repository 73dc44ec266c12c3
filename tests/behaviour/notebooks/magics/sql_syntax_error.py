# Databricks notebook source
# DBTITLE 1,A statement that is no SQL
# MAGIC %sql
# MAGIC selct 1
