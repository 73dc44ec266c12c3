# Databricks notebook source
# Each figure is shown.
import matplotlib.pyplot as plt

for number in (1, 2):
    plt.figure()
    plt.plot([number, 0])
