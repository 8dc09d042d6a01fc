-- name: select_rollups
-- Every rollup.
SELECT * FROM rollups ORDER BY app_id, network, number;

-- name: select_rollups_of_app
-- The rollups of one app and network.
SELECT * FROM rollups WHERE app_id = ? AND network = ? ORDER BY number;

-- name: insert_rollup
-- A rollup that begins at a mark.
INSERT INTO rollups (
    app_id, network, number, time_zone, decisions_mark, events_mark, last_decision, last_event
) VALUES (
    :app_id, :network, :number, :time_zone, :decisions, :events,
    (SELECT install_id || ':' || version FROM attributions WHERE rowid = :decisions),
    (SELECT id FROM events WHERE rowid = :events)
) ON CONFLICT DO NOTHING;

-- name: move_rollup
-- From one mark to the next, only if it is still where it was.
UPDATE rollups SET
    decisions_mark = :decisions, events_mark = :events,
    last_decision = (
        SELECT install_id || ':' || version FROM attributions WHERE rowid = :decisions
    ),
    last_event = (SELECT id FROM events WHERE rowid = :events)
WHERE
    app_id = :app_id AND network = :network AND number = :number
    AND decisions_mark = :from_decisions AND events_mark = :from_events;

-- name: is_intact
-- Whether the rows at the mark are the ones that were there.
SELECT
    last_decision IS (
        SELECT install_id || ':' || version FROM attributions WHERE rowid = r.decisions_mark
    ) AND last_event IS (SELECT id FROM events WHERE rowid = r.events_mark)
FROM rollups AS r WHERE app_id = ? AND network = ? AND number = ?;

-- name: delete_rollup
-- A rollup without sums.
DELETE FROM rollups WHERE app_id = ? AND network = ? AND number = ?;

-- name: head
-- The newest facts: the one writer numbers rows in the order in which they are committed.
SELECT
    (SELECT coalesce(max(rowid), 0) FROM attributions) AS decisions,
    (SELECT coalesce(max(rowid), 0) FROM events) AS events;

-- name: origin
-- Just before the first facts of an app; indexes answer this alone.
SELECT
    (SELECT min(rowid) - 1 FROM attributions WHERE app_id = :app_id) AS decisions,
    (SELECT min(rowid) - 1 FROM events WHERE app_id = :app_id) AS events;

-- name: changes
-- What facts between two marks add and take away, summed by all that a report can tell apart.
-- NOT INDEXED leaves only the row numbers to find new rows by; the joins are written in the order
-- in which they run. Whole units and millionths are summed apart: millionths alone can leave 64
-- bits.
WITH apps AS MATERIALIZED (SELECT value AS app_id FROM json_each(:apps)),
moved AS MATERIALIZED (
    SELECT m.app_id, m.install_id, max(m.version) AS new_version, (
        SELECT max(o.version) FROM attributions AS o
        WHERE o.app_id = m.app_id AND o.install_id = m.install_id
        AND o.rowid <= :since_decisions
    ) AS old_version
    FROM attributions AS m NOT INDEXED
    WHERE
        m.rowid > :since_decisions AND m.rowid <= :until_decisions
        AND m.app_id IN (SELECT app_id FROM apps)
    GROUP BY m.app_id, m.install_id
),
turned AS MATERIALIZED (
    SELECT 1 AS sign, app_id, install_id, new_version AS version FROM moved
    UNION ALL
    SELECT -1, app_id, install_id, old_version FROM moved WHERE old_version IS NOT NULL
),
facts AS (
    SELECT
        t.sign, t.app_id, t.install_id, t.version, NULL AS occurred_at_ms, NULL AS event_type,
        NULL AS event_name, NULL AS currency, NULL AS revenue_micros
    FROM turned AS t
    UNION ALL
    SELECT
        t.sign, t.app_id, t.install_id, t.version, e.occurred_at_ms, e.event_type, e.event_name,
        e.currency, e.revenue_micros
    FROM turned AS t
    CROSS JOIN events AS e
        ON e.app_id = t.app_id AND e.install_id = t.install_id AND e.rowid <= :since_events
    WHERE e.revenue_micros <> 0 AND e.environment = 'live' AND e.event_type <> '__test'
    UNION ALL
    SELECT
        1, e.app_id, e.install_id, (
            SELECT max(o.version) FROM attributions AS o
            WHERE o.app_id = e.app_id AND o.install_id = e.install_id
            AND o.rowid <= :until_decisions
        ), e.occurred_at_ms, e.event_type, e.event_name, e.currency, e.revenue_micros
    FROM events AS e NOT INDEXED
    WHERE
        e.rowid > :since_events AND e.rowid <= :until_events
        AND e.app_id IN (SELECT app_id FROM apps)
        AND e.revenue_micros <> 0 AND e.environment = 'live' AND e.event_type <> '__test'
)
SELECT
    a.app_id, a.network, coalesce(f.occurred_at_ms, i.installed_at_ms) / 60000 AS minute,
    c.occurred_at_ms / 60000 AS clicked_minute, i.country, a.link_id, a.campaign_id,
    a.campaign_name, a.adgroup_id, a.adgroup_name, a.ad_id, a.ad_name, a.reason, f.event_type,
    f.event_name, f.currency, a.is_reinstall, a.tags IS NOT NULL AS is_tagged,
    sum(f.sign) AS amount,
    sum(f.sign * (f.revenue_micros / 1000000)) AS revenue_units,
    sum(f.sign * (f.revenue_micros % 1000000)) AS revenue_rest
FROM facts AS f
CROSS JOIN installs AS i
    ON i.app_id = f.app_id AND i.install_id = f.install_id AND i.environment = 'live'
CROSS JOIN attributions AS a
    ON a.app_id = f.app_id AND a.install_id = f.install_id AND a.version = f.version
LEFT JOIN clicks AS c ON c.app_id = a.app_id AND c.click_id = a.click_id
GROUP BY
    a.app_id, a.network, minute, clicked_minute, i.country, a.link_id, a.campaign_id,
    a.campaign_name, a.adgroup_id, a.adgroup_name, a.ad_id, a.ad_name, a.reason, f.event_type,
    f.event_name, f.currency, a.is_reinstall, is_tagged;

-- name: select_sums
-- Sums of one kind within days.
SELECT * FROM rollup_sums
WHERE
    app_id = :app_id AND network = :network AND number = :number AND kind = :kind
    AND day_on BETWEEN :first_on AND :last_on;

-- name: select_folded_sums
-- The same with all days together where no exchange rate needs the day.
SELECT
    kind, CASE WHEN currency IN ('', :currency) THEN :first_on ELSE day_on END AS day_on, value,
    name, campaign_id, currency, is_tagged, sum(installs) AS installs,
    sum(reinstalls) AS reinstalls, sum(events) AS events,
    sum(revenue_units) AS revenue_units, sum(revenue_rest) AS revenue_rest
FROM rollup_sums
WHERE
    app_id = :app_id AND network = :network AND number = :number AND kind = :kind
    AND day_on BETWEEN :first_on AND :last_on
GROUP BY 2, value, name, campaign_id, currency, is_tagged;

-- name: add_sums
-- Onto what is there.
INSERT INTO rollup_sums (
    app_id, network, number, kind, day_on, value, name, campaign_id, currency, is_tagged,
    installs, reinstalls, events, revenue_units, revenue_rest
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    installs = installs + excluded.installs,
    reinstalls = reinstalls + excluded.reinstalls,
    events = events + excluded.events,
    revenue_units = revenue_units + excluded.revenue_units,
    revenue_rest = revenue_rest + excluded.revenue_rest;

-- name: delete_empty_sum
-- A sum that nothing is left of.
DELETE FROM rollup_sums
WHERE
    app_id = ? AND network = ? AND number = ? AND kind = ? AND day_on = ? AND value = ?
    AND name = ? AND campaign_id = ? AND currency = ? AND is_tagged = ? AND installs = 0
    AND reinstalls = 0 AND events = 0;

-- name: delete_some_sums
-- The first ones of a rollup that is no longer read.
DELETE FROM rollup_sums
WHERE (
    app_id, network, number, kind, day_on, value, name, campaign_id, currency, is_tagged
) IN (
    SELECT app_id, network, number, kind, day_on, value, name, campaign_id, currency, is_tagged
    FROM rollup_sums WHERE app_id = ? AND network = ? AND number = ? LIMIT ?
);
