# Databricks notebook source
# A cluster's environment variables reach the notebook.
import os

print(os.environ['STAGE'])
