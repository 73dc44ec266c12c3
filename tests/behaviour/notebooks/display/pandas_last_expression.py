# Databricks notebook source
# A frame as the last expression is shown, too.
import pandas as pd

pd.DataFrame({'column_of_numbers': [7]})
