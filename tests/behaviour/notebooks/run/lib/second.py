# Databricks notebook source
answer = greet('second')
