-- name: installs
-- Credited live installs by the breakdown's value and the local day of the install.
-- :days is a JSON array of [day_on, start_at_ms, end_at_ms]. The joins are written in the order
-- in which they run: each day is one stretch of an index, the rest is found by key.
WITH days AS (
    SELECT value ->> 0 AS day_on, value ->> 1 AS start_ms, value ->> 2 AS end_ms
    FROM json_each(:days)
)
SELECT
    nullif({value}, '') AS value, nullif(max({name}), '') AS name,
    nullif(max({campaign_id}), '') AS campaign_id, days.day_on,
    sum(NOT a.is_reinstall) AS installs, sum(a.is_reinstall) AS reinstalls
FROM days
CROSS JOIN installs AS i
    ON i.app_id = :app_id AND i.installed_at_ms >= days.start_ms
    AND i.installed_at_ms < days.end_ms
CROSS JOIN attributions AS a
    ON a.app_id = i.app_id AND a.install_id = i.install_id AND a.is_in_force = 1
    AND a.network = :network
WHERE i.environment = 'live' AND NOT (:exclude_tagged AND a.tags IS NOT NULL)
GROUP BY 1, days.day_on;

-- name: revenue
-- Revenue of credited live installs by the breakdown's value and the local day of the event.
-- Whole units and millionths are summed apart: a sum of millionths alone can leave 64 bits.
WITH days AS (
    SELECT value ->> 0 AS day_on, value ->> 1 AS start_ms, value ->> 2 AS end_ms
    FROM json_each(:days)
)
SELECT
    nullif({value}, '') AS value, nullif(max({name}), '') AS name,
    nullif(max({campaign_id}), '') AS campaign_id, days.day_on,
    nullif(e.currency, '') AS currency, sum(e.revenue_micros / 1000000) AS revenue_units,
    sum(e.revenue_micros % 1000000) AS revenue_rest, count(*) AS events
FROM days
CROSS JOIN events AS e
    ON e.app_id = :app_id AND e.occurred_at_ms >= days.start_ms
    AND e.occurred_at_ms < days.end_ms AND e.revenue_micros IS NOT NULL
CROSS JOIN installs AS i ON i.app_id = e.app_id AND i.install_id = e.install_id
CROSS JOIN attributions AS a
    ON a.app_id = e.app_id AND a.install_id = e.install_id AND a.is_in_force = 1
    AND a.network = :network
WHERE
    e.environment = 'live' AND e.event_type <> '__test' AND e.revenue_micros <> 0
    AND i.environment = 'live' AND NOT (:exclude_tagged AND a.tags IS NOT NULL)
GROUP BY 1, days.day_on, 5;

-- name: costs
-- The network's numbers in force by the breakdown's value, local day and currency; money as above.
-- :left_out is a JSON array of ids; days of amounts in :folding come together.
SELECT
    {value} AS value,
    CASE WHEN coalesce(currency, :folding) = :folding THEN :start_on ELSE day_on END AS day_on,
    currency, max(as_of_ms) AS as_of_ms,
    sum(spend_micros / 1000000) AS spend_units, sum(spend_micros % 1000000) AS spend_rest,
    sum(impressions) AS impressions, sum(clicks) AS clicks,
    sum(reported_installs) AS reported_installs,
    sum(reported_revenue_micros / 1000000) AS reported_revenue_units,
    sum(reported_revenue_micros % 1000000) AS reported_revenue_rest
FROM {table}
WHERE
    app_id = :app_id AND network = :network AND is_in_force = 1
    AND day_on BETWEEN :start_on AND :end_on {level}
    AND entity_id NOT IN (SELECT value FROM json_each(:left_out))
GROUP BY 1, 2, currency;

-- name: restated
-- Campaigns' days whose numbers in force are not those that were known 24 hours after the day's
-- end (or were read first, when that was later), summed by day and currency; money as above.
WITH days AS (
    SELECT value ->> 0 AS day_on, value ->> 2 AS end_ms FROM json_each(:days)
),
known AS (
    SELECT
        now.as_of_ms AS now_ms, now.day_on, now.entity_id, coalesce((
            SELECT max(v.as_of_ms) FROM cost_rows AS v
            WHERE
                v.app_id = :app_id AND v.network = :network AND v.level = 'campaign'
                AND v.day_on = now.day_on AND v.entity_id = now.entity_id
                AND v.as_of_ms <= now.end_ms + 86400000
        ), (
            SELECT min(v.as_of_ms) FROM cost_rows AS v
            WHERE
                v.app_id = :app_id AND v.network = :network AND v.level = 'campaign'
                AND v.day_on = now.day_on AND v.entity_id = now.entity_id
        )) AS first_ms
    FROM (
        SELECT c.day_on, c.entity_id, c.as_of_ms, days.end_ms
        FROM days
        CROSS JOIN cost_rows AS c
            ON c.app_id = :app_id AND c.network = :network AND c.level = 'campaign'
            AND c.day_on = days.day_on AND c.is_in_force = 1
        WHERE c.entity_id NOT IN (SELECT value FROM json_each(:left_out))
    ) AS now
)
SELECT
    NULL AS value, v.day_on, v.currency, v.is_in_force, count(*) AS campaigns,
    max(v.as_of_ms) AS as_of_ms,
    sum(v.spend_micros / 1000000) AS spend_units, sum(v.spend_micros % 1000000) AS spend_rest,
    sum(v.impressions) AS impressions, sum(v.clicks) AS clicks,
    sum(v.reported_installs) AS reported_installs,
    sum(v.reported_revenue_micros / 1000000) AS reported_revenue_units,
    sum(v.reported_revenue_micros % 1000000) AS reported_revenue_rest
FROM known
CROSS JOIN cost_rows AS v
    ON v.app_id = :app_id AND v.network = :network AND v.level = 'campaign'
    AND v.day_on = known.day_on AND v.entity_id = known.entity_id
    AND v.as_of_ms IN (known.first_ms, known.now_ms)
WHERE known.first_ms <> known.now_ms
GROUP BY v.day_on, v.currency, v.is_in_force;

-- name: unsent
-- Deliveries made in a time that the network has not got. Open, skipped and dead ones each have an
-- index of their own, which the planner does not find; those that were sent are not read.
SELECT status, NULL AS reason, count(*) AS events FROM deliveries
WHERE
    app_id = :app_id AND network = :network AND status IN ('pending', 'retrying')
    AND created_at_ms >= :since_ms AND created_at_ms < :until_ms
GROUP BY status
UNION ALL
SELECT 'skipped', reason, count(*) FROM deliveries INDEXED BY deliveries_skipped
WHERE
    app_id = :app_id AND network = :network AND status = 'skipped'
    AND created_at_ms >= :since_ms AND created_at_ms < :until_ms
GROUP BY reason
UNION ALL
SELECT 'dead', reason, count(*) FROM deliveries INDEXED BY deliveries_dead
WHERE
    app_id = :app_id AND network = :network AND status = 'dead'
    AND created_at_ms >= :since_ms AND created_at_ms < :until_ms
GROUP BY reason
ORDER BY events DESC, status, reason;
