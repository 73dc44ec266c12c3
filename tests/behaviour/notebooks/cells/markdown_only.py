# Databricks notebook source
# DBTITLE 1,A notebook of words
# MAGIC %md
# MAGIC # Heading
# MAGIC
# MAGIC Some *words*.
