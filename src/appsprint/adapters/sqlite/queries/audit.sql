-- name: insert_entry
-- One change.
INSERT INTO audit_log (
    at_ms, actor_kind, actor_id, actor_name, action, app_id, subject, details
) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: select_entries
-- All entries, newest first.
SELECT * FROM audit_log WHERE audit_id < :before ORDER BY audit_id DESC LIMIT :limit;

-- name: select_entries_of_app
-- One app's entries, newest first.
SELECT * FROM audit_log
WHERE app_id = :app_id AND audit_id < :before
ORDER BY audit_id DESC LIMIT :limit;

-- name: select_action_of_app
-- Whether something was ever done with an app.
SELECT 1 FROM audit_log WHERE app_id = ? AND action = ? LIMIT 1;

-- name: select_action_since
-- What was done with an app from an instant on, newest first.
SELECT * FROM audit_log WHERE app_id = ? AND action = ? AND at_ms >= ?
ORDER BY audit_id DESC LIMIT ?;
