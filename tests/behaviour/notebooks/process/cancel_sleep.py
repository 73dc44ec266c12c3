# Databricks notebook source
# A sleep is cancelled.
import time

print('ready')
time.sleep(600)
