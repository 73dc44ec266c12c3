# Databricks notebook source
# Two displays in a cell are two tables.
import pandas as pd

display(pd.DataFrame({'a': [1]}))
display(pd.DataFrame({'b': [2]}))
