# Databricks notebook source
# A question mark or exclamation mark in code is no help or shell call.
print('really?')
print('yes!') if 1 != 2 else None
