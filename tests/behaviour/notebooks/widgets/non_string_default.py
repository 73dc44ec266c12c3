# Databricks notebook source
# Widgets hold strings only: a number as default fails and says which widget call.
dbutils.widgets.text('month', 3)
