# Databricks notebook source
# Missing values are null.
import pandas as pd

display(pd.DataFrame({'name': ['a', None]}))
