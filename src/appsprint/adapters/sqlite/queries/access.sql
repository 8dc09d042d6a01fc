-- name: insert_token
-- A new API token.
INSERT INTO api_tokens (
    token_id, name, token_hash, member_id, role, app_ids, created_at_ms, revoked_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: select_token_by_hash
-- The token that a caller showed.
SELECT * FROM api_tokens WHERE token_hash = ?;

-- name: select_tokens
-- All tokens, oldest first.
SELECT * FROM api_tokens ORDER BY token_id;

-- name: revoke_token
-- Ends a token; the first end's time is kept.
UPDATE api_tokens SET revoked_at_ms = coalesce(revoked_at_ms, ?) WHERE token_id = ?;

-- name: select_answer
-- The answer kept for a creating call.
SELECT * FROM idempotency_keys WHERE scope = ? AND idempotency_key = ?;

-- name: insert_answer
-- Keeps an answer; the first one under a key stays.
INSERT INTO idempotency_keys (
    scope, idempotency_key, request_hash, status, sealed_body, created_at_ms
) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: delete_answers_before
-- Answers are kept for a while only.
DELETE FROM idempotency_keys WHERE created_at_ms < ?;
