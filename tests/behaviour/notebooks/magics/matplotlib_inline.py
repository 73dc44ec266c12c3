# Databricks notebook source
# DBTITLE 1,%matplotlib inline is taken
# MAGIC %matplotlib inline
# MAGIC import matplotlib.pyplot as plt
# MAGIC lines = plt.plot([1, 2])
