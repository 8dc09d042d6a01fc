-- name: insert_app
-- A new app.
INSERT INTO apps (
    app_id, name, platform, store_url, store_id, time_zone, currency, probabilistic_matching,
    click_lookback_hours, probabilistic_lookback_hours, min_confidence_percent,
    reattribution_days, truncate_addresses, created_at_ms, deleted_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: select_app
-- One app that was not deleted.
SELECT * FROM apps WHERE app_id = ? AND deleted_at_ms IS NULL;

-- name: select_apps
-- All apps that were not deleted, oldest first.
SELECT * FROM apps WHERE deleted_at_ms IS NULL ORDER BY app_id;

-- name: select_app_ids
-- Every app, deleted or not: what they left is forgotten in time.
SELECT app_id FROM apps ORDER BY app_id;

-- name: update_app
-- An app's settings, or its end.
UPDATE apps SET
    name = ?, store_url = ?, store_id = ?, time_zone = ?, currency = ?,
    probabilistic_matching = ?, click_lookback_hours = ?, probabilistic_lookback_hours = ?,
    min_confidence_percent = ?, reattribution_days = ?, truncate_addresses = ?, deleted_at_ms = ?
WHERE app_id = ?;

-- name: insert_key
-- A new API key.
INSERT INTO api_keys (
    key_id, app_id, environment, key_hash, hint, created_at_ms, revoked_at_ms, revoke_mode
) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: select_keys
-- One app's keys, oldest first.
SELECT * FROM api_keys WHERE app_id = ? ORDER BY key_id;

-- name: select_all_keys
-- Every key; those of deleted apps answer as discarded.
SELECT * FROM api_keys ORDER BY key_id;

-- name: select_key_by_hash
-- The key that an SDK showed.
SELECT * FROM api_keys WHERE key_hash = ?;

-- name: revoke_key
-- Ends a key; the first end's time is kept.
UPDATE api_keys SET revoked_at_ms = coalesce(revoked_at_ms, ?), revoke_mode = ?
WHERE app_id = ? AND key_id = ?;

-- name: insert_device
-- A test device; an id that is listed inserts nothing.
INSERT INTO test_devices (app_id, device_id, kind, value, name, created_at_ms)
VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (app_id, kind, value) DO NOTHING;

-- name: select_devices
-- One app's test devices, oldest first.
SELECT * FROM test_devices WHERE app_id = ? ORDER BY device_id;

-- name: select_all_devices
-- Every test device, for the SDK routes' memory.
SELECT * FROM test_devices;

-- name: delete_device
-- A device that is no test device any more.
DELETE FROM test_devices WHERE app_id = ? AND device_id = ?;
