# Databricks notebook source
# Users catch it as an Exception and match its text.
try:
    value = dbutils.widgets.get('month')
except Exception as error:
    assert 'No input widget named month is defined' in str(error)
    assert 'InputWidgetNotDefined' in str(error)
    value = 'default'
print(value)
