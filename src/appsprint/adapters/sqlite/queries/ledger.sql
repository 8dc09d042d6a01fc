-- name: day_counts
-- What was counted by day and kind.
SELECT day, kind, amount FROM day_counts
WHERE app_id = :app_id AND day BETWEEN :first_day AND :last_day;

-- name: received_counts
-- What was counted of events by the day of their arrival.
SELECT day, received, duplicates, refused, stored FROM received_counts
WHERE app_id = :app_id AND day BETWEEN :first_day AND :last_day;

-- name: visits
-- Visits of machines by day and kind.
SELECT occurred_at_ms / 86400000 AS day, kind, count(*) AS amount FROM filtered_visits
WHERE
    app_id = :app_id AND visit_id >= 'vis_' || :first_id
    AND occurred_at_ms BETWEEN :first_ms AND :last_ms
GROUP BY 1, 2;

-- name: clicks
-- Clicks with all that tells whether one repeats another; not in order.
SELECT occurred_at_ms / 86400000 AS day, client_ip, user_agent, page_url FROM clicks
WHERE
    app_id = :app_id AND click_id >= 'clk_' || :first_id
    AND occurred_at_ms BETWEEN :first_ms AND :last_ms;

-- name: installs
-- Installs by day.
SELECT
    received_at_ms / 86400000 AS day, count(*) AS installs,
    sum(appsprint_id = 'erased:' || install_id) AS erased
FROM installs
WHERE
    app_id = :app_id AND install_id >= 'ins_' || :first_id
    AND received_at_ms BETWEEN :first_ms AND :last_ms
GROUP BY 1;

-- name: fates
-- Decisions in force by the day when their install arrived; see domain.ledger.InstallFate.
SELECT
    i.received_at_ms / 86400000 AS day,
    CASE
        WHEN a.is_test = 1 THEN 'test'
        WHEN a.is_reinstall = 1 THEN 'reinstall'
        WHEN a.rejected_for IS NOT NULL THEN 'rejected'
        WHEN a.match_type = 'organic' THEN 'organic'
        ELSE 'attributed'
    END AS fate,
    count(*) AS amount
FROM installs AS i
JOIN attributions AS a
    ON a.app_id = i.app_id AND a.install_id = i.install_id AND a.is_in_force = 1
WHERE
    i.app_id = :app_id AND i.install_id >= 'ins_' || :first_id
    AND i.received_at_ms BETWEEN :first_ms AND :last_ms
GROUP BY 1, 2;

-- name: refused
-- Refused events by day.
SELECT received_at_ms / 86400000 AS day, count(*) AS amount FROM refused_events
WHERE
    app_id = :app_id AND refusal_id >= 'ref_' || :first_id
    AND received_at_ms BETWEEN :first_ms AND :last_ms
GROUP BY 1;

-- name: outcomes
-- Events by the day of their arrival and what became of them.
SELECT
    e.received_at_ms / 86400000 AS day, e.event_type = 'install' AS is_own, e.skip_reason, d.status,
    count(*) AS amount
FROM events AS e
LEFT JOIN deliveries AS d
    ON d.app_id = e.app_id AND d.network = 'tiktok' AND d.event_row_id = e.id
WHERE
    e.app_id = :app_id AND e.id >= 'evt_' || :first_id
    AND e.received_at_ms BETWEEN :first_ms AND :last_ms
GROUP BY 1, 2, 3, 4;

-- name: deliveries
-- Deliveries by the day when they were made.
SELECT created_at_ms / 86400000 AS day, count(*) AS amount FROM deliveries
WHERE
    app_id = :app_id AND delivery_id >= 'dlv_' || :first_id
    AND created_at_ms BETWEEN :first_ms AND :last_ms
GROUP BY 1;

-- name: links
-- The running totals of an app's links, and what they must be.
SELECT
    (SELECT coalesce(sum(clicks), 0) FROM link_totals WHERE app_id = :app_id) AS clicks,
    (
        SELECT coalesce(sum(amount), 0) FROM day_counts WHERE app_id = :app_id AND kind = 'click'
    ) AS counted_clicks,
    (SELECT coalesce(sum(installs), 0) FROM link_totals WHERE app_id = :app_id) AS installs,
    (
        SELECT count(*) FROM attributions
        WHERE app_id = :app_id AND is_in_force = 1 AND link_id IS NOT NULL AND is_test = 0
    ) AS credited_installs;
