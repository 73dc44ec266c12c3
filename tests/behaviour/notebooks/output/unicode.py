# Databricks notebook source
# Any text may be printed.
print('zażółć 数据 🐢 \u200f')
