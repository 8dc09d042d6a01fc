-- name: insert_member
-- A new member; refused when somebody present has the address.
INSERT INTO members (
    member_id, email, role, app_ids, password_hash, sealed_totp, totp_step, created_at_ms,
    removed_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: update_member
-- Everything that can change of a member.
UPDATE members
SET role = ?, app_ids = ?, password_hash = ?, sealed_totp = ?, totp_step = ?, removed_at_ms = ?
WHERE member_id = ?;

-- name: select_member
-- One member, removed or not.
SELECT * FROM members WHERE member_id = ?;

-- name: select_member_by_email
-- The present member with an address.
SELECT * FROM members WHERE email = ? AND removed_at_ms IS NULL;

-- name: select_members
-- Present members, oldest first.
SELECT * FROM members WHERE removed_at_ms IS NULL ORDER BY member_id;

-- name: insert_session
-- A browser that signed in.
INSERT INTO sessions (secret_hash, member_id, created_at_ms, last_seen_at_ms) VALUES (?, ?, ?, ?);

-- name: select_session
-- The session of a cookie.
SELECT * FROM sessions WHERE secret_hash = ?;

-- name: note_seen
-- A session was used; time never runs backwards.
UPDATE sessions SET last_seen_at_ms = max(last_seen_at_ms, ?) WHERE secret_hash = ?;

-- name: delete_session
-- Signing out.
DELETE FROM sessions WHERE secret_hash = ?;

-- name: delete_sessions_of_member
-- Signing out everywhere, but in one browser.
DELETE FROM sessions WHERE member_id = ? AND secret_hash IS NOT ?;

-- name: delete_sessions_before
-- Sessions that are over.
DELETE FROM sessions WHERE last_seen_at_ms <= ? OR created_at_ms <= ?;

-- name: insert_invitation
-- A link with which a member chooses a password.
INSERT INTO invitations (secret_hash, member_id, created_at_ms) VALUES (?, ?, ?);

-- name: select_invitation
-- The invitation of a link.
SELECT * FROM invitations WHERE secret_hash = ?;

-- name: delete_invitations_of_member
-- A new invitation, or a chosen password, ends the earlier ones.
DELETE FROM invitations WHERE member_id = ?;
