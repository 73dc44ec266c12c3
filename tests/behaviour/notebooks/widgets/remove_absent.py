# Databricks notebook source
# Removing what is not there fails.
dbutils.widgets.remove('month')
