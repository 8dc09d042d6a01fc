-- Lookback windows of a link, in hours; NULL follows the app's.
ALTER TABLE links ADD COLUMN click_lookback_hours INTEGER;
ALTER TABLE links ADD COLUMN probabilistic_lookback_hours INTEGER;
-- Read at every install, and few links have one.
CREATE INDEX links_with_windows ON links (app_id)
WHERE click_lookback_hours IS NOT NULL OR probabilistic_lookback_hours IS NOT NULL;
