# Databricks notebook source
# DBTITLE 1,Shell lines run in bash, in order
# MAGIC %sh
# MAGIC name=world
# MAGIC echo "hello $name"
# MAGIC for i in 1 2; do echo $i; done | sort -r
# MAGIC [[ a == a ]] && echo bash

# COMMAND ----------

# MAGIC %sh echo inline
