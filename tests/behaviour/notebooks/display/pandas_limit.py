# Databricks notebook source
# A table shows at most 10,000 rows, and says that there are more.
import pandas as pd

display(pd.DataFrame({'n': range(10_001)}))
