# Databricks notebook source
# A cancelled notebook may clean up.
import time

try:
    print('ready')
    while True:
        time.sleep(0.01)
finally:
    with open('/dbfs/behaviour_cleaned.txt', 'w') as file:
        file.write('cleaned')

# COMMAND ----------

print('never')
