# Databricks notebook source
# display of a pandas frame is a table.
import pandas as pd

frame = pd.DataFrame({'name': ['a', 'b'], 'n': [1, 2], 'share': [0.5, 1.5]})
display(frame)
