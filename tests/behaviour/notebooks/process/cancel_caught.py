# Databricks notebook source
# A cell that catches the interrupt does not go on to the next one.
import time

try:
    print('ready')
    while True:
        time.sleep(0.01)
except KeyboardInterrupt:
    print('caught')

# COMMAND ----------

with open('/dbfs/behaviour_next.txt', 'w') as file:
    file.write('next cell ran')
