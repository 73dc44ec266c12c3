# Databricks notebook source
# A frame without rows shows its columns.
import pandas as pd

display(pd.DataFrame({'name': [], 'n': []}))
