-- name: damages
-- What is broken in the file, up to ten lines; one line "ok" when nothing is.
PRAGMA quick_check(10);

-- name: oldest_due
-- When the longest waiting open delivery became or becomes due.
SELECT min(next_attempt_at_ms) FROM deliveries
WHERE app_id = ? AND network = ? AND status IN ('pending', 'retrying');
