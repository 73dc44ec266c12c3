# Databricks notebook source
# A key that is not there fails the run and is named.
dbutils.secrets.get('s-key', 'nothing')
