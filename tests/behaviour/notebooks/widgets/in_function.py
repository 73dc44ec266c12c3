# Databricks notebook source
# Widgets are read anywhere in Python.
dbutils.widgets.text('month', '3')


def month():
    return int(dbutils.widgets.get('month'))


print(month() + 1)
