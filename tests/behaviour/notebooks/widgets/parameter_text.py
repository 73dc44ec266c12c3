# Databricks notebook source
# Any text passes as a parameter.
print(repr(dbutils.widgets.get('a')), repr(dbutils.widgets.get('b')), repr(dbutils.widgets.get('c')))
