-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Delta Lake quick start

-- COMMAND ----------

-- MAGIC %python
-- MAGIC dbutils.fs.rm("/behaviour/quickstart", True)
-- MAGIC dbutils.fs.put("/behaviour/quickstart/a.json", '{"action":"Open","date":"2016-07-26"}\n{"action":"Close","date":"2016-07-27"}\n', True)

-- COMMAND ----------

CREATE SCHEMA IF NOT EXISTS quickstart;
USE SCHEMA quickstart;
DROP TABLE IF EXISTS events;
CREATE TABLE events USING delta AS SELECT action, to_date(date) AS date FROM json.`/behaviour/quickstart/`;

-- COMMAND ----------

CREATE WIDGET TEXT wanted DEFAULT "Open"

-- COMMAND ----------

SELECT * FROM events WHERE action = getArgument("wanted")

-- COMMAND ----------

SELECT * FROM events WHERE action = :wanted

-- COMMAND ----------

INSERT INTO events VALUES ('Open', date'2016-08-01'), ('Fix', date'2016-08-02');
UPDATE events SET action = 'Closed' WHERE action = 'Close';
DELETE FROM events WHERE action = 'Fix';
SELECT count(*) AS n FROM events TIMESTAMP AS OF current_timestamp()

-- COMMAND ----------

SELECT count(*) AS n FROM events@v0

-- COMMAND ----------

CREATE OR REPLACE VIEW open_events AS SELECT * FROM events WHERE action = 'Open';
SELECT date_format(date, 'yyyy-MM') AS month, count(*) AS n FROM open_events GROUP BY month ORDER BY month

-- COMMAND ----------

OPTIMIZE events ZORDER BY (date);
DESCRIBE DETAIL events

-- COMMAND ----------

DESCRIBE EXTENDED events

-- COMMAND ----------

-- MAGIC %fs ls /behaviour/quickstart

-- COMMAND ----------

SHOW TABLES
