-- name: select_connection
-- One app's connection to one network.
SELECT * FROM connections WHERE app_id = ? AND network = ?;

-- name: select_connections
-- Every connection of the apps that were not deleted.
SELECT c.* FROM connections AS c JOIN apps AS a ON a.app_id = c.app_id
WHERE a.deleted_at_ms IS NULL ORDER BY c.app_id, c.network;

-- name: save_connection
-- The connection as it is now.
INSERT OR REPLACE INTO connections (
    app_id, network, oauth, oauth_token, oauth_error, advertiser_id, advertiser_name,
    advertiser_currency, advertiser_time_zone, events_api, events_token, events_error, events_check, pixel_id,
    test_event_code, connected_at_ms, last_sync_at_ms, last_sync_error
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_authorization
-- An authorisation that was begun.
INSERT INTO authorizations (
    state_hash, app_id, network, started_by, created_at_ms, finished_at_ms
) VALUES (?, ?, ?, ?, ?, ?);

-- name: select_authorization
-- What was begun with a state.
SELECT * FROM authorizations WHERE state_hash = ?;

-- name: finish_authorization
-- A state works once; the first time is kept.
UPDATE authorizations SET finished_at_ms = coalesce(finished_at_ms, ?) WHERE state_hash = ?;

-- name: forget_authorizations
-- What nobody will come back for.
DELETE FROM authorizations WHERE created_at_ms < ?;

-- name: select_mapping
-- An app's own mapping rows.
SELECT sdk_event, network_event FROM event_mappings WHERE app_id = ? AND network = ?
ORDER BY sdk_event;

-- name: set_mapping
-- One row of an app's mapping.
INSERT INTO event_mappings (app_id, network, sdk_event, network_event, updated_at_ms)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT (app_id, network, sdk_event) DO UPDATE SET
    network_event = excluded.network_event, updated_at_ms = excluded.updated_at_ms;

-- name: delete_mapping
-- Back to the shipped default.
DELETE FROM event_mappings WHERE app_id = ? AND network = ? AND sdk_event = ?;
