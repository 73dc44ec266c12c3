# Databricks notebook source
# A frame as the last expression is only named.
spark.range(3)
