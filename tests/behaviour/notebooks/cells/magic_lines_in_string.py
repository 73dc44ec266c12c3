# Databricks notebook source
# Lines that look like magics stay what they are inside a string.
text = '''
%sql select 1
%pip install nothing
!ls
%run ./other
?help
'''
print(repr(text))
