-- Devices whose installs are tests, by an id in its normal form; and what made an install a test.
CREATE TABLE test_devices (
    app_id TEXT NOT NULL REFERENCES apps (app_id),
    device_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (app_id, device_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX test_devices_by_value ON test_devices (app_id, kind, value);
ALTER TABLE installs ADD COLUMN test_reason TEXT;
