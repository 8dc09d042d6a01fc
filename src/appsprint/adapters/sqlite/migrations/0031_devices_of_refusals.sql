-- Whose device a refused event names: what is quoted of it can end before the id, or hold it escaped.
ALTER TABLE refused_events ADD COLUMN appsprint_id TEXT;
