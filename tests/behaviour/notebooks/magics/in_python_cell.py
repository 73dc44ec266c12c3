# Databricks notebook source
# Line magics stand among Python lines.
import os
%time x = 2 ** 10
print(x)
