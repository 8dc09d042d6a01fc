-- name: head
-- The newest row of each kind: the one writer numbers rows in the order in which they are committed.
SELECT
    (SELECT coalesce(max(rowid), 0) FROM clicks) AS clicks,
    (SELECT coalesce(max(rowid), 0) FROM installs) AS installs,
    (SELECT coalesce(max(rowid), 0) FROM events) AS events,
    (SELECT coalesce(max(rowid), 0) FROM refused_events) AS refusals;

-- name: click
-- Clicks with the names of their links; conditions are added to it.
SELECT
    'click' AS kind, t.app_id, t.click_id AS id, NULL AS install_id, t.occurred_at_ms AS at_ms,
    l.name, NULL AS event_name, NULL AS detail, NULL AS revenue_micros, NULL AS currency,
    0 AS is_test
FROM clicks AS t LEFT JOIN links AS l ON l.app_id = t.app_id AND l.link_id = t.link_id
WHERE TRUE
{conditions}
ORDER BY t.click_id DESC LIMIT :limit;

-- name: install
-- Installs with how they were matched; conditions are added to it.
SELECT
    'install' AS kind, t.app_id, t.install_id AS id, t.install_id, t.received_at_ms AS at_ms,
    t.device_model AS name, NULL AS event_name, a.match_type AS detail, NULL AS revenue_micros,
    NULL AS currency, t.environment = 'test' AS is_test
FROM installs AS t LEFT JOIN attributions AS a
    ON a.app_id = t.app_id AND a.install_id = t.install_id AND a.is_in_force = 1
WHERE TRUE
{conditions}
ORDER BY t.install_id DESC LIMIT :limit;

-- name: event
-- Stored events; the install event is ours and did not arrive. Conditions are added to it.
SELECT
    'event' AS kind, t.app_id, t.id, t.install_id, t.received_at_ms AS at_ms,
    t.event_type AS name, t.event_name, t.skip_reason AS detail, t.revenue_micros, t.currency,
    t.environment = 'test' OR t.event_type = '__test' AS is_test
FROM events AS t
WHERE t.event_type <> 'install'
{conditions}
ORDER BY t.id DESC LIMIT :limit;

-- name: refused
-- Events that were not stored; conditions are added to it.
SELECT
    'refused' AS kind, t.app_id, t.refusal_id AS id, NULL AS install_id,
    t.received_at_ms AS at_ms, t.reason AS name, NULL AS event_name, t.event_id AS detail,
    NULL AS revenue_micros, NULL AS currency, 0 AS is_test
FROM refused_events AS t
WHERE TRUE
{conditions}
ORDER BY t.refusal_id DESC LIMIT :limit;
