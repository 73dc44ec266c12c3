# Databricks notebook source
# % as an operator at the start of a line.
rest = (17
        % 5)
name = ('%s!'
% 'hi')
print(rest, name)
