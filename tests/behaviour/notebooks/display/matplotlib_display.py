# Databricks notebook source
# display(figure) shows the figure, once.
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.bar(['a', 'b'], [1, 2])
display(figure)
