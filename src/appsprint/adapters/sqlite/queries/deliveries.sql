-- name: insert_delivery
-- An event enters a network's queue; one that is in it already changes nothing.
INSERT INTO deliveries (
    app_id, delivery_id, network, event_id, event_row_id, install_id, appsprint_id, sdk_event,
    network_event, network_event_id, pixel_id, status, reason, attempts, maybe_accepted_at_ms,
    created_at_ms, next_attempt_at_ms, sent_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (app_id, network, event_row_id) DO NOTHING;

-- name: select_due
-- What is due, the longest due first; of equals the first made.
SELECT delivery_id FROM deliveries
WHERE app_id = :app_id AND network = :network AND status IN ('pending', 'retrying')
AND next_attempt_at_ms <= :now_ms
ORDER BY next_attempt_at_ms, rowid LIMIT :limit;

-- name: insert_lease
-- Deliveries come into one worker's hands.
INSERT INTO delivery_leases (lease_id, app_id, network, claimed_at_ms, until_ms, delivery_ids)
VALUES (?, ?, ?, ?, ?, ?);

-- name: select_leased
-- What an app's leases for a network hold.
SELECT delivery_ids FROM delivery_leases WHERE app_id = ? AND network = ?;

-- name: take_expired_leases
-- Ends leases whose worker did not come back in time.
DELETE FROM delivery_leases WHERE app_id = ? AND network = ? AND until_ms <= ?
RETURNING app_id, claimed_at_ms, delivery_ids;

-- name: take_leases
-- For the start: whoever held a lease is gone.
DELETE FROM delivery_leases RETURNING app_id, claimed_at_ms, delivery_ids;

-- name: doubt
-- What was in the hands of a worker that died: the network may have it.
UPDATE deliveries SET maybe_accepted_at_ms = :claimed_at_ms
WHERE app_id = :app_id AND maybe_accepted_at_ms IS NULL
AND delivery_id IN (SELECT value FROM json_each(:delivery_ids))
AND status IN ('pending', 'retrying');

-- name: select_lease
-- What one lease still holds.
SELECT app_id, delivery_ids FROM delivery_leases WHERE lease_id = ?;

-- name: update_lease
-- Some of it is settled.
UPDATE delivery_leases SET delivery_ids = ? WHERE lease_id = ?;

-- name: delete_lease
-- Nothing is left in it, or it is given back.
DELETE FROM delivery_leases WHERE lease_id = ?;

-- name: select_claimed
-- What a lease holds, with the facts that payloads are made of.
SELECT
    d.delivery_id, d.sdk_event, d.network_event, d.network_event_id, d.attempts,
    d.maybe_accepted_at_ms, e.occurred_at_ms, e.revenue_micros, e.currency, e.parameters,
    a.network_click_id, c.page_url, e.client_ip, i.client_ip, c.client_ip, i.user_agent,
    c.user_agent, i.locale,
    (
        SELECT value FROM install_identifiers AS k
        WHERE k.app_id = d.app_id AND k.install_id = d.install_id
        AND k.kind = 'customer_user_id' AND k.is_latest = 1
    ),
    coalesce(a.network <> d.network, 0),
    -- The event's own word, else that of the install's registration.
    coalesce(e.limits_data_use, i.body ->> '$.googleAdsConsent.adUserData' = 'DENIED', 0)
FROM delivery_leases AS l
CROSS JOIN json_each(l.delivery_ids) AS j
CROSS JOIN deliveries AS d ON d.app_id = l.app_id AND d.delivery_id = j.value
CROSS JOIN events AS e ON e.app_id = d.app_id AND e.id = d.event_row_id
CROSS JOIN installs AS i ON i.app_id = d.app_id AND i.install_id = d.install_id
LEFT JOIN attributions AS a
    ON a.app_id = d.app_id AND a.install_id = d.install_id AND a.is_in_force = 1
LEFT JOIN clicks AS c ON c.app_id = d.app_id AND c.click_id = a.click_id
WHERE l.lease_id = ?
ORDER BY j.id;

-- name: settle
-- What became of deliveries that are still in the worker's hands.
UPDATE deliveries SET
    status = :status, reason = :reason, attempts = attempts + :counts,
    maybe_accepted_at_ms = coalesce(maybe_accepted_at_ms, :maybe_accepted_at_ms),
    next_attempt_at_ms = iif(:keeps_place, next_attempt_at_ms, :next_attempt_at_ms),
    sent_at_ms = :sent_at_ms
WHERE app_id = :app_id AND delivery_id IN (SELECT value FROM json_each(:delivery_ids));

-- name: settle_call
-- The same, after a call that carried them.
UPDATE deliveries SET
    status = :status, reason = :reason, attempts = attempts + :counts,
    maybe_accepted_at_ms = coalesce(maybe_accepted_at_ms, :maybe_accepted_at_ms),
    next_attempt_at_ms = iif(:keeps_place, next_attempt_at_ms, :next_attempt_at_ms),
    sent_at_ms = :sent_at_ms, pixel_id = :pixel_id, test_event_code = :test_event_code,
    call_id = :call_id
WHERE app_id = :app_id AND delivery_id IN (SELECT value FROM json_each(:delivery_ids));

-- name: insert_call
-- One call to a network.
INSERT INTO network_calls (
    app_id, at_ms, http_status, code, message, request_id, duration_ms, test_event_code, payloads
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: insert_attempt
-- A delivery's part in a call that did not end in its being sent; that one it names itself.
INSERT INTO attempts (app_id, delivery_id, call_id, outcome) VALUES (?, ?, ?, ?);

-- name: page_deliveries
-- Deliveries, newest first; conditions are added to it.
SELECT * FROM deliveries WHERE app_id = :app_id AND (:after IS NULL OR delivery_id < :after)
{conditions}
ORDER BY delivery_id DESC LIMIT :limit;

-- name: part_open
-- A condition: among those that wait.
delivery_id IN (
    SELECT delivery_id FROM deliveries INDEXED BY deliveries_due
    WHERE app_id = :app_id AND status IN ('pending', 'retrying')
);

-- name: part_of_event
-- A condition: of the event with an SDK's id. The index begins with the network.
network IN ('tiktok') AND event_row_id IN (
    SELECT id FROM events WHERE app_id = :app_id AND event_id = ?
);

-- name: part_of_device
-- A condition: of the events of a device.
network IN ('tiktok') AND event_row_id IN (
    SELECT e.id FROM installs AS i
    JOIN events AS e ON e.app_id = i.app_id AND e.install_id = i.install_id
    WHERE i.app_id = :app_id AND i.appsprint_id = ?
);

-- name: count_waiting
-- How many wait for any network; kept by triggers.
SELECT coalesce(sum(amount), 0) FROM delivery_totals
WHERE app_id = ? AND status IN ('pending', 'retrying');

-- name: select_delivery
-- One delivery.
SELECT * FROM deliveries WHERE app_id = ? AND delivery_id = ?;

-- name: select_attempts
-- A delivery's attempts, oldest first. The call that it was sent with has no row in ``attempts``.
SELECT
    t.outcome, n.call_id, n.at_ms, n.http_status, n.code, n.message, n.request_id, n.duration_ms,
    n.test_event_code
FROM (
    SELECT call_id, outcome FROM attempts WHERE app_id = :app_id AND delivery_id = :delivery_id
    UNION ALL
    SELECT call_id, 'delivered' FROM deliveries
    WHERE app_id = :app_id AND delivery_id = :delivery_id AND status = 'sent'
    AND call_id IS NOT NULL
) AS t JOIN network_calls AS n ON n.call_id = t.call_id
ORDER BY n.call_id;

-- name: select_payloads
-- What the last call that carried a delivery carried.
SELECT n.payloads FROM deliveries AS d JOIN network_calls AS n ON n.call_id = d.call_id
WHERE d.app_id = ? AND d.delivery_id = ?;

-- name: count_dead
-- Dead letters that match, and how many the network may have taken before an instant.
SELECT count(*), count(*) FILTER (WHERE maybe_accepted_at_ms < :before_ms) FROM deliveries
WHERE app_id = :app_id AND status = 'dead'
{conditions};

-- name: redrive
-- The first dead letters that match go back to the queue with a fresh set of attempts.
UPDATE deliveries SET
    status = 'retrying', reason = NULL, attempts = 0, next_attempt_at_ms = :now_ms,
    maybe_accepted_at_ms = iif(maybe_accepted_at_ms < :before_ms, NULL, maybe_accepted_at_ms)
WHERE rowid IN (
    SELECT rowid FROM deliveries WHERE app_id = :app_id AND status = 'dead'
    {conditions}
    LIMIT :limit
);

-- name: count_by_status
-- How many deliveries stand where; kept by triggers.
SELECT status, amount FROM delivery_totals
WHERE app_id = ? AND network = ? AND amount > 0;

-- name: count_by_event
-- The newest deliveries by SDK event and status, those since an instant; reads a bounded number.
SELECT sdk_event, status, count(*) AS amount FROM (
    SELECT sdk_event, status, network, created_at_ms FROM deliveries
    WHERE app_id = :app_id ORDER BY delivery_id DESC LIMIT :newest
) WHERE network = :network AND created_at_ms >= :since GROUP BY sdk_event, status;

-- name: unsent_by_reason
-- The newest skipped and dead deliveries by reason, each status from its own index.
SELECT status, reason, count(*) AS amount FROM (
    SELECT * FROM (
        SELECT 'skipped' AS status, reason FROM deliveries
        WHERE app_id = :app_id AND network = :network AND status = 'skipped'
        ORDER BY delivery_id DESC LIMIT :newest
    )
    UNION ALL
    SELECT * FROM (
        SELECT 'dead' AS status, reason FROM deliveries
        WHERE app_id = :app_id AND network = :network AND status = 'dead'
        ORDER BY delivery_id DESC LIMIT :newest
    )
)
GROUP BY 1, 2
ORDER BY status, amount DESC, reason;

-- name: payment_counts
-- The accepted payment events with value and currency, by when they happened; kept by triggers.
SELECT occurred_at_ms, payments FROM payment_counts
WHERE app_id = :app_id AND network = :network AND network_event = :network_event
AND occurred_at_ms BETWEEN :first_ms AND :last_ms
ORDER BY occurred_at_ms LIMIT :limit;

-- name: payment_hours
-- The same by the hour.
SELECT hour_at_ms, payments FROM payment_hours
WHERE app_id = :app_id AND network = :network AND network_event = :network_event;
