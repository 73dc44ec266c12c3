# Databricks notebook source
# Printed HTML is text.
print('<b>not bold</b> & <script>')
