# Databricks notebook source
# Many short prints are all there, in order.
for number in range(20_000):
    print(number)
