# Databricks notebook source
import time

print('ready')
for _ in range(6000):
    time.sleep(0.01)
