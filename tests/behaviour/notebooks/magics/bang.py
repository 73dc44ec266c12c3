# Databricks notebook source
# !command prints; x = !command gives lines.
!echo shouted

# COMMAND ----------

lines = !printf 'a\nb\n'
print(list(lines))

# COMMAND ----------

word = 'python'
!echo {word} $word
