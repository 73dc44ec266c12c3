# Databricks notebook source
# show() prints.
spark.range(2).show()
