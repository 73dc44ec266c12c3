# Databricks notebook source
# The file ends without a line end.
print('last')