# Databricks notebook source
# A process in the background does not hold the cell.
print('first')

# COMMAND ----------

# MAGIC %sh
# MAGIC sleep 300 > /dev/null 2>&1 &
# MAGIC echo started pid=$!

# COMMAND ----------

print('next')
