-- name: newest_clicks
-- The newest clicks; the inner query ends after so many rows, however old the rest is.
SELECT click_id, link_id, occurred_at_ms, user_agent, page_url FROM (
    SELECT click_id, link_id, network, occurred_at_ms, user_agent, page_url FROM clicks
    WHERE app_id = :app_id ORDER BY click_id DESC LIMIT :max_rows
)
WHERE network = :network AND occurred_at_ms >= :since_ms;

-- name: delivery_sums
-- The newest deliveries by status and pixel.
SELECT
    status, pixel_id, count(*) AS amount,
    min(sent_at_ms) FILTER (WHERE test_event_code IS NULL) AS first_sent_at_ms,
    max(sent_at_ms) AS last_sent_at_ms
FROM (
    SELECT network, status, pixel_id, sent_at_ms, test_event_code, created_at_ms FROM deliveries
    WHERE app_id = :app_id ORDER BY delivery_id DESC LIMIT :max_rows
)
WHERE network = :network AND created_at_ms >= :since_ms
GROUP BY status, pixel_id;

-- name: unsent
-- The newest skipped and dead deliveries by reason, with some of each and what was answered last.
-- Amounts come from an index of each status alone; only the examples are looked up, those of each
-- reason by one more look through what was read, which costs less than ranking all of it.
WITH newest AS MATERIALIZED (
    SELECT * FROM (
        SELECT 'skipped' AS status, delivery_id, created_at_ms, reason FROM deliveries
        WHERE app_id = :app_id AND network = :network AND status = 'skipped'
        ORDER BY delivery_id DESC LIMIT :max_rows
    )
    UNION ALL
    SELECT * FROM (
        SELECT 'dead' AS status, delivery_id, created_at_ms, reason FROM deliveries
        WHERE app_id = :app_id AND network = :network AND status = 'dead'
        ORDER BY delivery_id DESC LIMIT :max_rows
    )
),
sums AS MATERIALIZED (
    SELECT status, reason, count(*) AS amount FROM newest
    WHERE created_at_ms >= :since_ms GROUP BY status, reason
)
SELECT
    s.status, s.reason, s.amount, d.delivery_id, d.event_id, d.sdk_event, d.network_event,
    d.created_at_ms, (
        SELECT c.message FROM attempts AS t JOIN network_calls AS c ON c.call_id = t.call_id
        WHERE t.app_id = d.app_id AND t.delivery_id = d.delivery_id
        ORDER BY t.call_id DESC LIMIT 1
    ) AS answer
FROM sums AS s
CROSS JOIN deliveries AS d ON d.app_id = :app_id AND d.delivery_id IN (
    SELECT n.delivery_id FROM newest AS n
    WHERE n.status = s.status AND n.reason IS s.reason AND n.created_at_ms >= :since_ms
    ORDER BY n.delivery_id DESC LIMIT :examples
)
ORDER BY s.amount DESC, s.status, s.reason, d.delivery_id DESC;

-- name: undelivered
-- The newest stored events that got no delivery, by reason and name.
SELECT skip_reason AS reason, event_type, event_name, count(*) AS amount FROM (
    SELECT environment, skip_reason, event_type, event_name, received_at_ms FROM events
    WHERE app_id = :app_id ORDER BY id DESC LIMIT :max_rows
)
WHERE
    skip_reason IS NOT NULL AND environment = 'live' AND event_type <> '__test'
    AND received_at_ms >= :since_ms
GROUP BY 1, 2, 3
ORDER BY amount DESC, 1, 2, 3;
