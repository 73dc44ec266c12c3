# Databricks notebook source
# CREATE OR REPLACE TABLE AS, MERGE, UPDATE and DELETE.
for statement in '''
create schema if not exists main.behaviour_merge;
create or replace table main.behaviour_merge.t as select id, 'old' as state from range(3);
merge into main.behaviour_merge.t t using (select 2L as id union all select 9L) s on t.id = s.id
  when matched then update set state = 'merged' when not matched then insert (id, state) values (s.id, 'new');
update main.behaviour_merge.t set state = 'updated' where id = 1;
delete from main.behaviour_merge.t where id = 0
'''.split(';'):
    spark.sql(statement)

# COMMAND ----------

print([tuple(row) for row in spark.table('main.behaviour_merge.t').orderBy('id').collect()])
