-- Databricks notebook source
create or replace temp view made_by_sql as select 5 as five
