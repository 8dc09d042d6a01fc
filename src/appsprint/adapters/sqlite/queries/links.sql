-- name: insert_link
-- A new link; a slug that is taken inserts nothing.
INSERT INTO links (
    link_id, app_id, slug, network, name, destination_url, campaign_name, created_at_ms,
    archived_at_ms, click_lookback_hours, probabilistic_lookback_hours
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (slug) DO NOTHING;

-- name: select_link
-- One link of an app.
SELECT * FROM links WHERE app_id = ? AND link_id = ?;

-- name: select_link_by_slug
-- The link that somebody visited.
SELECT * FROM links WHERE slug = ?;

-- name: page_links
-- An app's links, newest first.
SELECT * FROM links WHERE app_id = :app_id AND (:after IS NULL OR link_id < :after)
ORDER BY link_id DESC LIMIT :limit;

-- name: select_all_links
-- Every link, for the click route's memory.
SELECT * FROM links;

-- name: update_link
-- What of a link can change.
UPDATE links SET
    name = ?, destination_url = ?, campaign_name = ?, archived_at_ms = ?,
    click_lookback_hours = ?, probabilistic_lookback_hours = ?
WHERE app_id = ? AND link_id = ?;

-- name: select_link_windows
-- The windows of those links that have their own.
SELECT link_id, click_lookback_hours, probabilistic_lookback_hours FROM links
WHERE app_id = ?
AND (click_lookback_hours IS NOT NULL OR probabilistic_lookback_hours IS NOT NULL);

-- name: count_link
-- Clicks, and the new live installs of decisions in force; kept by triggers.
SELECT coalesce(sum(clicks), 0), coalesce(sum(installs - reinstalls), 0) FROM link_totals
WHERE app_id = :app_id AND link_id = :link_id;
