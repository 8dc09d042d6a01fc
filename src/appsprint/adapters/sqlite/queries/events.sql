-- name: insert_event
-- A new event; one whose event_id the app has inserts nothing.
INSERT INTO events (
    app_id, id, event_id, install_id, appsprint_id, environment, event_type, event_name,
    occurred_at_ms, device_timestamp_ms, received_at_ms, revenue_micros, currency, parameters,
    client_ip, skip_reason, limits_data_use
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (app_id, event_id) DO NOTHING;

-- name: is_stored
-- Whether an event with this id of ours is there.
SELECT 1 FROM events WHERE app_id = ? AND id = ?;

-- name: insert_refusal
-- An event that was not stored.
INSERT INTO refused_events (
    app_id, refusal_id, received_at_ms, reason, event_id, appsprint_id, excerpt
) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: add_counts
-- One request's counts onto the app's of that day.
INSERT INTO received_counts (app_id, day, received, duplicates, refused, stored)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (app_id, day) DO UPDATE SET
    received = received + excluded.received,
    duplicates = duplicates + excluded.duplicates,
    refused = refused + excluded.refused,
    stored = stored + excluded.stored;

-- name: page_events
-- Events with what became of them, newest arrival first; conditions are added to it.
SELECT e.*, d.network, d.status, d.reason, d.delivery_id FROM events AS e
LEFT JOIN deliveries AS d ON d.app_id = e.app_id AND d.event_row_id = e.id
    AND d.network = 'tiktok'
WHERE e.app_id = :app_id AND (:after IS NULL OR e.id < :after)
{conditions}
ORDER BY e.id DESC LIMIT :limit;

-- name: page_refusals
-- Refused events, newest first.
SELECT * FROM refused_events WHERE app_id = :app_id AND (:after IS NULL OR refusal_id < :after)
ORDER BY refusal_id DESC LIMIT :limit;

-- name: unattributed_events
-- Events of an install that lacked nothing but credit, in the order of their arrival.
SELECT * FROM events
WHERE app_id = ? AND install_id = ? AND skip_reason = 'not_attributed' ORDER BY id;

-- name: set_skip_reason
-- Why an event has no delivery, or that it has one now.
UPDATE events SET skip_reason = ? WHERE app_id = ? AND id = ?;
