# Databricks notebook source
dbutils.widgets.text('colour', 'blue')
