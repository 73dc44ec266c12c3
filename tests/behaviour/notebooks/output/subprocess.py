# Databricks notebook source
# Output of a subprocess is kept in its cell.
import subprocess

done = subprocess.run(['bash', '-c', 'echo child; echo child error >&2'], check=True)

# COMMAND ----------

print('next')
