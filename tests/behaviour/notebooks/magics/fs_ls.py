# Databricks notebook source
# DBTITLE 1,%fs ls is a table
# MAGIC %fs ls /behaviour/fs_ls
