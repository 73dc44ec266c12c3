# Databricks notebook source
# A parameter can be read without a widget.
dbutils.notebook.exit(dbutils.widgets.get('month'))
