# Databricks notebook source
# A figure left open at the cell's end is shown once.
import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
label = plt.title('three')

# COMMAND ----------

print('next')
