# Databricks notebook source
dbutils.notebook.exit(dbutils.secrets.get('s-child', 'password'))
