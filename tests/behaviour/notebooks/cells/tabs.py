# Databricks notebook source
# Indented by tabs.
for number in (1, 2):
	if number == 2:
		print(number)
