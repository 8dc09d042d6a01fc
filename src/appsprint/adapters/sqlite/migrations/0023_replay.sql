-- What had been learnt of installs without a click when a UTC day began (days since 1970), so that
-- an old decision can be made again with what was known then.
CREATE TABLE unrelated_days (
    app_id TEXT NOT NULL,
    day_number INTEGER NOT NULL,
    installs REAL NOT NULL,
    device_hours REAL NOT NULL,
    PRIMARY KEY (app_id, day_number)
) STRICT, WITHOUT ROWID;
