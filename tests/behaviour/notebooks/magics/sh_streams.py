# Databricks notebook source
# DBTITLE 1,A Python program in the shell is the notebook's own Python
# MAGIC %sh
# MAGIC python -c 'import pandas, sys; print(sys.version_info[0])'
