-- name: select_rules
-- What an app has set.
SELECT rule, consequence, thresholds FROM quality_rules WHERE app_id = ?;

-- name: delete_rules
-- Before the rules are written anew.
DELETE FROM quality_rules WHERE app_id = ?;

-- name: insert_rule
-- One rule that is not as the defaults have it.
INSERT INTO quality_rules (app_id, rule, consequence, thresholds, updated_at_ms)
VALUES (?, ?, ?, ?, ?);

-- name: count_clicks_of_address
-- Clicks of one address within a time, both ends included; the index answers alone.
SELECT count(*) FROM (
    SELECT 1 FROM clicks
    WHERE app_id = ? AND address_key = ? AND occurred_at_ms BETWEEN ? AND ? LIMIT ?
);

-- name: link_traffic
-- A link's clicks in one hour, all its clicks, and how many of them earned an install.
SELECT
    coalesce((
        SELECT clicks FROM link_hours
        WHERE app_id = :app_id AND link_id = :link_id AND hour = :hour
    ), 0),
    coalesce(max(clicks), 0), coalesce(max(installs), 0)
FROM link_totals WHERE app_id = :app_id AND link_id = :link_id;

-- name: latest_delays
-- The last installs that a link earned; the index gives the decisions newest first.
SELECT i.installed_at_ms - c.occurred_at_ms AS delay_ms
FROM (
    SELECT a.app_id, a.install_id, a.click_id FROM attributions AS a
    WHERE
        a.app_id = :app_id AND a.link_id = :link_id AND a.is_in_force = 1
        AND a.link_id IS NOT NULL AND a.install_id < :until
    ORDER BY a.rowid DESC LIMIT :limit
) AS a
CROSS JOIN installs AS i ON i.app_id = a.app_id AND i.install_id = a.install_id
CROSS JOIN clicks AS c ON c.app_id = a.app_id AND c.click_id = a.click_id
ORDER BY i.install_id DESC;

-- name: count_installs_of_address
-- Installs from one address within a time whose end is not included; the index answers alone.
SELECT count(*) FROM (
    SELECT 1 FROM installs
    WHERE app_id = ? AND address_key = ? AND received_at_ms >= ? AND received_at_ms < ? LIMIT ?
);

-- name: count_installs
-- Installs whose ids were made within a time.
SELECT count(*) FROM (
    SELECT 1 FROM installs
    WHERE app_id = ? AND install_id >= ? AND install_id < ? AND environment = ? LIMIT ?
);

-- name: delete_findings
-- What an older decision found.
DELETE FROM quality_findings WHERE app_id = ? AND install_id = ?;

-- name: insert_finding
-- What one rule found about an install.
INSERT INTO quality_findings (
    app_id, install_id, rule, consequence, click_id, campaign_id, campaign_name
) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: found_installs
-- Findings about live installs of a time. Ids are made at arrival, which is never before the first
-- open, so findings below :first_id are of earlier installs.
SELECT
    f.campaign_id, max(f.campaign_name) AS campaign_name,
    coalesce(f.click_id, f.campaign_id) IS NULL AS is_organic,
    f.rule, f.consequence, count(*) AS installs
FROM quality_findings AS f
CROSS JOIN installs AS i ON i.app_id = f.app_id AND i.install_id = f.install_id
WHERE
    f.app_id = :app_id AND f.install_id >= :first_id AND i.environment = 'live'
    AND i.installed_at_ms >= :since_ms AND i.installed_at_ms < :until_ms
GROUP BY f.campaign_id, 3, f.rule, f.consequence
ORDER BY f.campaign_id, 3, f.rule, f.consequence;

-- name: past_installs
-- The next live installs.
SELECT install_id FROM installs
WHERE app_id = :app_id AND install_id > :after AND environment = 'live'
ORDER BY install_id LIMIT :limit;

-- name: judged_click
-- The click that findings about an install are about; it is the same in all of them.
SELECT click_id, campaign_id, campaign_name FROM quality_findings
WHERE app_id = ? AND install_id = ? AND coalesce(click_id, campaign_id) IS NOT NULL LIMIT 1;
