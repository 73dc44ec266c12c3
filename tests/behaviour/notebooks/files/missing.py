# Databricks notebook source
# A file that is not there.
open('/dbfs/behaviour/nothing.txt')
