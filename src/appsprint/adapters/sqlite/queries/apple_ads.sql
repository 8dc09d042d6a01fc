-- name: begin_apple_lookup
-- Asks about the latest token of an install, unless Apple has claimed it.
INSERT INTO apple_lookups (
    app_id, install_id, noted_at_ms, state, attempts, not_found, next_attempt_at_ms
) VALUES (:app_id, :install_id, :at_ms, 'waiting', 0, 0, :at_ms)
ON CONFLICT (app_id, install_id) DO UPDATE SET
    noted_at_ms = excluded.noted_at_ms, state = 'waiting', attempts = 0, not_found = 0,
    next_attempt_at_ms = excluded.next_attempt_at_ms, reason = NULL, answered_at_ms = NULL
WHERE apple_lookups.claim IS NULL;

-- name: due_apple_lookups
-- The longest due in all apps, with the tokens.
SELECT l.*, t.value AS token FROM apple_lookups AS l
JOIN install_identifiers AS t
    ON t.app_id = l.app_id AND t.install_id = l.install_id AND t.kind = 'adservices_token'
    AND t.is_latest = 1
WHERE l.next_attempt_at_ms <= ?
ORDER BY l.next_attempt_at_ms, l.install_id LIMIT ?;

-- name: settle_apple_lookup
-- What an attempt came to, unless a newer token or somebody else's attempt came between.
UPDATE apple_lookups SET
    state = :state, attempts = :attempts, not_found = :not_found,
    next_attempt_at_ms = :next_attempt_at_ms, reason = :reason, answered_at_ms = :answered_at_ms,
    claim = :claim
WHERE
    app_id = :app_id AND install_id = :install_id AND state = 'waiting'
    AND noted_at_ms = :known_noted_at_ms AND attempts = :known_attempts;

-- name: select_apple_lookup
-- What Apple was asked about one install.
SELECT * FROM apple_lookups WHERE app_id = ? AND install_id = ?;
