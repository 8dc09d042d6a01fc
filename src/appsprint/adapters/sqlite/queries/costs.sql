-- name: select_entity
-- A campaign, ad group or ad as it was stored last.
SELECT * FROM ad_entities WHERE app_id = ? AND network = ? AND level = ? AND entity_id = ?;

-- name: save_entity
-- A campaign, ad group or ad as it is now.
INSERT OR REPLACE INTO ad_entities (
    app_id, network, level, entity_id, name, campaign_id, adgroup_id, advertiser_id, objective,
    status, is_deleted, landing_page_url, counts_event, click_window, view_window,
    engaged_view_window, seen_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: save_version
-- What it was from an instant on; a second version of the same instant replaces the first.
INSERT OR REPLACE INTO ad_entity_versions (
    app_id, network, level, entity_id, valid_from_ms, name, objective, is_deleted,
    landing_page_url, landing_slug
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: select_versions
-- Everything that one entity ever was, the oldest first.
SELECT * FROM ad_entity_versions
WHERE app_id = ? AND network = ? AND level = ? AND entity_id = ? ORDER BY valid_from_ms;

-- name: select_landings
-- The ads that lead or led to links of this app, or of an app that imports the same account now.
SELECT DISTINCT e.entity_id AS ad_id, e.adgroup_id, e.campaign_id, l.app_id AS owner_id
FROM ad_entity_versions AS v
CROSS JOIN links AS l ON l.slug = v.landing_slug
CROSS JOIN ad_entities AS e
    ON e.app_id = v.app_id AND e.network = v.network AND e.level = v.level
    AND e.entity_id = v.entity_id
WHERE
    v.app_id = :app_id AND v.network = :network AND v.landing_slug IS NOT NULL
    AND (l.app_id = :app_id OR EXISTS (
        SELECT 1 FROM connections AS c JOIN apps AS a ON a.app_id = c.app_id
        WHERE
            c.app_id = l.app_id AND c.network = v.network AND c.oauth <> 'none'
            AND c.advertiser_id = e.advertiser_id AND a.deleted_at_ms IS NULL
    ));

-- name: select_entities
-- All of one level that were ever seen.
SELECT * FROM ad_entities WHERE app_id = ? AND network = ? AND level = ? ORDER BY entity_id;

-- name: select_cost_in_force
-- The figures that count now for one entity and day, and when they were read.
SELECT
    as_of_ms, spend_micros, impressions, clicks, reported_installs, reported_revenue_micros, currency
FROM {table}
WHERE app_id = ? AND network = ? AND {part} = ? AND day_on = ? AND entity_id = ?
AND is_in_force = 1;

-- name: supersede_cost
-- A restatement takes the older version's place and keeps it.
UPDATE {table} SET is_in_force = 0
WHERE app_id = ? AND network = ? AND {part} = ? AND day_on = ? AND entity_id = ?
AND is_in_force = 1;

-- name: insert_cost
-- One version of one day; a second one read at the same instant replaces the first.
INSERT OR REPLACE INTO {table} (
    app_id, network, {part}, day_on, entity_id, as_of_ms, spend_micros, impressions, clicks,
    reported_installs, reported_revenue_micros, currency, is_in_force
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1);

-- name: select_cost_versions
-- Everything that was read of one entity's day.
SELECT * FROM cost_rows
WHERE app_id = ? AND network = ? AND level = ? AND day_on = ? AND entity_id = ?
ORDER BY as_of_ms;

-- name: save_reading
-- A day that was read completely. The last one counts whatever it says, so that a mark of a clock
-- that was wrong does not stay.
INSERT OR REPLACE INTO cost_readings (app_id, network, advertiser_id, part, day_on, read_at_ms)
VALUES (?, ?, ?, ?, ?, ?);

-- name: select_readings
-- The newest day of each part, the days since :since, and older ones that were not final when read.
SELECT part, day_on, read_at_ms FROM cost_readings AS r
WHERE
    app_id = :app_id AND network = :network AND advertiser_id = :advertiser_id
    AND (day_on >= :since OR read_at_ms < (unixepoch(day_on) + :settle_seconds) * 1000
    OR day_on = (
        SELECT max(day_on) FROM cost_readings
        WHERE
            app_id = r.app_id AND network = r.network AND advertiser_id = r.advertiser_id
            AND part = r.part
    ));

-- name: select_backfill
-- The backfill of an app that is not finished.
SELECT * FROM backfills WHERE app_id = ? AND network = ?;

-- name: save_backfill
-- A backfill that begins.
INSERT OR REPLACE INTO backfills (
    app_id, network, advertiser_id, start_on, end_on, started_at_ms
) VALUES (?, ?, ?, ?, ?, ?);

-- name: delete_backfill
-- A backfill that is finished.
DELETE FROM backfills WHERE app_id = ? AND network = ?;

-- name: latest_currency
-- The currency of the latest day that has one.
SELECT currency FROM cost_rows
WHERE app_id = ? AND network = ? AND level = 'campaign' AND currency IS NOT NULL
ORDER BY day_on DESC LIMIT 1;
