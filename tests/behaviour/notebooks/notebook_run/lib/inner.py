# Databricks notebook source
dbutils.notebook.exit('inner ' + dbutils.widgets.get('n'))
