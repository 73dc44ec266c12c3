# Databricks notebook source
import time

for _ in range(6000):
    time.sleep(0.01)
