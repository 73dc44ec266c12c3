# Databricks notebook source
# DBTITLE 1,SQL on the magic's own line
# MAGIC %sql select 'a;b' as text, 1.5 as number -- with; a comment
