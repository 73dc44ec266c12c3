# Databricks notebook source
# Colour codes are kept for the page to show.
print('\x1b[31mred\x1b[0m')
