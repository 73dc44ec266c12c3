# Databricks notebook source
# sc says clearly that Spark Connect has none, as on shared clusters.
sc.parallelize([1, 2])
