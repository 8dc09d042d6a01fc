-- name: count_by_head
-- The keys that stored texts need, by the beginning of the texts.
SELECT head, count(*) AS amount FROM (
    SELECT substr(oauth_token, 1, 12) AS head FROM connections WHERE oauth_token IS NOT NULL
    UNION ALL
    SELECT substr(events_token, 1, 12) FROM connections WHERE events_token IS NOT NULL
    UNION ALL
    SELECT substr(sealed_body, 1, 12) FROM idempotency_keys
    UNION ALL
    SELECT substr(sealed_totp, 1, 12) FROM members WHERE sealed_totp IS NOT NULL
) GROUP BY head ORDER BY head;

-- name: select_others
-- Texts under other keys than one, behind a position.
SELECT place, row_1, row_2, text FROM (
    SELECT 'connections.oauth_token' AS place, app_id AS row_1, network AS row_2,
        oauth_token AS text
    FROM connections WHERE oauth_token IS NOT NULL
    UNION ALL
    SELECT 'connections.events_token', app_id, network, events_token
    FROM connections WHERE events_token IS NOT NULL
    UNION ALL
    SELECT 'idempotency_keys.sealed_body', scope, idempotency_key, sealed_body
    FROM idempotency_keys
    UNION ALL
    SELECT 'members.sealed_totp', member_id, '', sealed_totp
    FROM members WHERE sealed_totp IS NOT NULL
)
WHERE substr(text, 1, 12) <> ? AND (place, row_1, row_2) > (?, ?, ?)
ORDER BY place, row_1, row_2 LIMIT ?;

-- name: replace_grant
-- Another seal around an OAuth token.
UPDATE connections SET oauth_token = ? WHERE app_id = ? AND network = ? AND oauth_token = ?;

-- name: replace_credential
-- Another seal around an Events API token.
UPDATE connections SET events_token = ? WHERE app_id = ? AND network = ? AND events_token = ?;

-- name: replace_answer
-- Another seal around a kept answer.
UPDATE idempotency_keys SET sealed_body = ?
WHERE scope = ? AND idempotency_key = ? AND sealed_body = ?;

-- name: replace_second_factor
-- Another seal around the secret of a second factor; the key of its row has an empty half.
UPDATE members SET sealed_totp = ? WHERE member_id = ? AND ? = '' AND sealed_totp = ?;

-- name: delete_answer
-- One kept answer.
DELETE FROM idempotency_keys WHERE scope = ? AND idempotency_key = ?;

-- name: delete_second_factor
-- A second factor that nobody can check any more.
UPDATE members SET sealed_totp = NULL WHERE member_id = ? AND ? = '';

-- name: select_server_keys
-- The keys that the server knew when it last started.
SELECT key_id FROM server_keys;

-- name: delete_server_keys
-- Before a server tells which it knows.
DELETE FROM server_keys;

-- name: insert_server_key
-- One key that the server knows.
INSERT INTO server_keys (key_id) VALUES (?) ON CONFLICT DO NOTHING;
