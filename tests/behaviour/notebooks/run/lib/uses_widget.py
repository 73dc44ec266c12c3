# Databricks notebook source
who = dbutils.widgets.get('who')
how = dbutils.widgets.get('how')
