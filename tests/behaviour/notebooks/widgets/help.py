# Databricks notebook source
# dbutils.widgets.help() prints its calls.
dbutils.widgets.help()
