-- name: save_entity
-- A campaign, ad group or ad as it is now.
INSERT OR REPLACE INTO ad_entities (
    app_id, network, level, entity_id, name, campaign_id, adgroup_id, objective, status,
    is_deleted, seen_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: select_entities
-- All of one level that were ever seen.
SELECT * FROM ad_entities WHERE app_id = ? AND network = ? AND level = ? ORDER BY entity_id;

-- name: select_cost_in_force
-- The figures that count now for one entity and day, and when they were read.
SELECT
    as_of_ms, spend_micros, impressions, clicks, reported_installs, reported_revenue_micros, currency
FROM cost_rows
WHERE app_id = ? AND network = ? AND level = ? AND day_on = ? AND entity_id = ?
AND is_in_force = 1;

-- name: supersede_cost
-- A restatement takes the older version's place and keeps it.
UPDATE cost_rows SET is_in_force = 0
WHERE app_id = ? AND network = ? AND level = ? AND day_on = ? AND entity_id = ?
AND is_in_force = 1;

-- name: insert_cost
-- One version of one day; a second one read at the same instant replaces the first.
INSERT OR REPLACE INTO cost_rows (
    app_id, network, level, day_on, entity_id, as_of_ms, spend_micros, impressions, clicks,
    reported_installs, reported_revenue_micros, currency, is_in_force
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1);

-- name: latest_currency
-- The currency of the latest day that has one.
SELECT currency FROM cost_rows
WHERE app_id = ? AND network = ? AND level = 'campaign' AND currency IS NOT NULL
ORDER BY day_on DESC LIMIT 1;
