-- Members who sign in to the dashboard, their sessions, and the audit log of every change.

CREATE TABLE members (
    member_id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
    app_ids TEXT,
    password_hash TEXT,
    sealed_totp TEXT,
    totp_step INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    removed_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX members_by_email ON members (email) WHERE removed_at_ms IS NULL;

CREATE TABLE sessions (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (member_id),
    created_at_ms INTEGER NOT NULL,
    last_seen_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_member ON sessions (member_id);

CREATE TABLE invitations (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (member_id),
    created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_log (
    audit_id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    app_id TEXT,
    subject TEXT,
    details TEXT NOT NULL
) STRICT;
CREATE INDEX audit_log_of_app ON audit_log (app_id, audit_id);
