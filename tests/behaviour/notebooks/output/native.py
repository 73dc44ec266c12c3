# Databricks notebook source
# What native code writes to the descriptors is kept.
import os

first = os.write(1, b'native\n')
second = os.write(2, b'native error\n')
