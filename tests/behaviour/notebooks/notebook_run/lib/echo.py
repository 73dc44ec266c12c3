# Databricks notebook source
import time

time.sleep(0.1)
dbutils.notebook.exit(dbutils.widgets.get('n'))
