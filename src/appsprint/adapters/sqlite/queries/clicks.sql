-- name: insert_click
-- A click as it came; its id is unique within the app.
INSERT INTO clicks (
    app_id, click_id, link_id, network, occurred_at_ms, client_ip, address_key, user_agent,
    accept_language, advertising_id, http_referrer, page_url, earns_credit
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_filtered_visit
-- A visit that no person made.
INSERT INTO filtered_visits (
    app_id, visit_id, link_id, kind, occurred_at_ms, client_ip, user_agent
) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: select_click
-- One click of an app.
SELECT * FROM clicks WHERE app_id = ? AND click_id = ?;

-- name: clicks_by_address
-- The latest clicks from one address within a time.
SELECT * FROM clicks
WHERE app_id = ? AND address_key = ? AND occurred_at_ms BETWEEN ? AND ?
ORDER BY occurred_at_ms DESC LIMIT ?;

-- name: clicks_by_advertising_id
-- The latest clicks that carried an advertising id.
SELECT * FROM clicks
WHERE app_id = ? AND advertising_id = ? AND occurred_at_ms >= ?
ORDER BY occurred_at_ms DESC LIMIT ?;

-- name: page_clicks
-- Clicks, newest first; conditions are added to it.
SELECT * FROM clicks WHERE app_id = :app_id AND (:after IS NULL OR click_id < :after)
{conditions}
ORDER BY click_id DESC LIMIT :limit;

-- name: is_credited
-- Whether a click earned a live or a test install by a decision in force.
SELECT 1 FROM attributions WHERE app_id = ? AND click_id = ? AND is_test = ? AND is_in_force = 1;

-- name: select_link_history
-- A link's clicks, and how many of them earned an install.
SELECT clicks, installs FROM link_totals WHERE app_id = ? AND link_id = ?;
