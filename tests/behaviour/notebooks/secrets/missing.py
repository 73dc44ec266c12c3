# Databricks notebook source
# A secret that is not there fails the run and is named.
dbutils.secrets.get('s-none', 'password')
