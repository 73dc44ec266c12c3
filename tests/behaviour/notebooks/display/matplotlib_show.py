# Databricks notebook source
# plt.show() shows the figure, once.
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.bar(['a', 'b'], [1, 2])
plt.show()
