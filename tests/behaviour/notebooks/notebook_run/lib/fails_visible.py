# Databricks notebook source
raise ValueError('seen by its own record')
