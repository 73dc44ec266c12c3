# Databricks notebook source
# dbutils.credentials is refused with a clear message.
dbutils.credentials.assumeRole('arn:aws:iam::1:role/x')
