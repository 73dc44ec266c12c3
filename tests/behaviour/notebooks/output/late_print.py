# Databricks notebook source
# What a thread prints after its cell does not get lost.
import threading, time


def late():
    time.sleep(0.2)
    print('late')


thread = threading.Thread(target=late)
thread.start()

# COMMAND ----------

thread.join()
