# Databricks notebook source
dbutils.notebook.exit(str('secret_of_parent' in globals()))
