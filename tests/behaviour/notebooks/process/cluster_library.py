# Databricks notebook source
# A task's wheel is installed before the notebook starts.
import bhv_cluster

print(bhv_cluster.__version__)
