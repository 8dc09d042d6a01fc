-- name: insert_delivery
-- An event enters a network's queue; one that is in it already changes nothing.
INSERT INTO deliveries (
    app_id, delivery_id, network, event_id, event_row_id, install_id, appsprint_id, sdk_event,
    network_event, network_event_id, pixel_id, status, reason, attempts, maybe_accepted_at_ms,
    created_at_ms, next_attempt_at_ms, sent_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (app_id, network, event_row_id) DO NOTHING;

-- name: claim_due
-- Lends out what is due and in nobody's hands, the longest due first.
UPDATE deliveries SET lease_id = :lease_id, lease_until_ms = :lease_until_ms
WHERE rowid IN (
    SELECT rowid FROM deliveries
    WHERE app_id = :app_id AND network = :network AND status IN ('pending', 'retrying')
    AND next_attempt_at_ms <= :now_ms
    AND (lease_until_ms IS NULL OR lease_until_ms <= :now_ms)
    ORDER BY next_attempt_at_ms, delivery_id LIMIT :limit
);

-- name: select_claimed
-- What a lease holds, with the facts that payloads are made of.
SELECT
    d.*, e.occurred_at_ms, e.revenue_micros, e.currency, e.parameters,
    e.client_ip AS event_ip, i.client_ip AS install_ip, i.user_agent AS install_user_agent,
    i.locale, c.client_ip AS click_ip, c.user_agent AS click_user_agent, a.network_click_id,
    c.page_url,
    (
        SELECT value FROM install_identifiers AS k
        WHERE k.app_id = d.app_id AND k.install_id = d.install_id
        AND k.kind = 'customer_user_id' AND k.is_latest = 1
    ) AS customer_user_id
FROM deliveries AS d
JOIN events AS e ON e.app_id = d.app_id AND e.id = d.event_row_id
JOIN installs AS i ON i.app_id = d.app_id AND i.install_id = d.install_id
JOIN attributions AS a
    ON a.app_id = d.app_id AND a.install_id = d.install_id AND a.is_in_force = 1
LEFT JOIN clicks AS c ON c.app_id = d.app_id AND c.click_id = a.click_id
WHERE d.lease_id = ?
ORDER BY d.next_attempt_at_ms, d.delivery_id;

-- name: release_leases
-- For the start: whoever held a lease is gone.
UPDATE deliveries SET lease_id = NULL, lease_until_ms = NULL WHERE lease_id IS NOT NULL;

-- name: release_lease
-- What a sender claimed and did not send.
UPDATE deliveries SET lease_id = NULL, lease_until_ms = NULL WHERE lease_id = ?;

-- name: settle
-- What one call made of one delivery; a lease that was lost changes nothing.
UPDATE deliveries SET
    status = ?, reason = ?, attempts = ?, maybe_accepted_at_ms = ?, next_attempt_at_ms = ?,
    sent_at_ms = ?, pixel_id = ?, payload = coalesce(?, payload), lease_id = NULL,
    lease_until_ms = NULL
WHERE app_id = ? AND delivery_id = ? AND lease_id = ?;

-- name: insert_call
-- One call to a network.
INSERT INTO network_calls (app_id, at_ms, http_status, code, message, request_id, duration_ms)
VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: insert_attempt
-- A delivery's part in a call.
INSERT INTO attempts (app_id, delivery_id, call_id, outcome) VALUES (?, ?, ?, ?);

-- name: page_deliveries
-- Deliveries, newest first; conditions are added to it.
SELECT * FROM deliveries WHERE app_id = :app_id AND (:after IS NULL OR delivery_id < :after)
{conditions}
ORDER BY delivery_id DESC LIMIT :limit;

-- name: select_delivery
-- One delivery.
SELECT * FROM deliveries WHERE app_id = ? AND delivery_id = ?;

-- name: select_attempts
-- A delivery's attempts, oldest first.
SELECT t.outcome, n.* FROM attempts AS t JOIN network_calls AS n ON n.call_id = t.call_id
WHERE t.app_id = ? AND t.delivery_id = ? ORDER BY t.call_id;

-- name: redrive
-- Dead letters that match go back to the queue with a fresh set of attempts.
UPDATE deliveries SET
    status = 'retrying', reason = NULL, attempts = 0, maybe_accepted_at_ms = NULL,
    next_attempt_at_ms = :now_ms
WHERE app_id = :app_id AND status = 'dead'
{conditions};

-- name: count_by_status
-- How many deliveries stand where.
SELECT status, count(*) AS amount FROM deliveries WHERE app_id = ? AND network = ?
GROUP BY status;

-- name: count_open
-- How many wait.
SELECT count(*) FROM deliveries
WHERE app_id = ? AND network = ? AND status IN ('pending', 'retrying');

-- name: payment_counts
-- The accepted payment events with value and currency, by when they happened; kept by triggers.
SELECT occurred_at_ms, payments FROM payment_counts
WHERE app_id = ? AND network = ? AND network_event = ?
ORDER BY occurred_at_ms;
