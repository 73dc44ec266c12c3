# Databricks notebook source
# os.system prints, and its status is a value.
import os

os.system('echo from the shell')
