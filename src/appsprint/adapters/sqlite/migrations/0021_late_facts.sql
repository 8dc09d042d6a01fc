-- What made a version of a decision; NULL is the registration.
ALTER TABLE attributions ADD COLUMN cause TEXT;

-- What Apple was asked about installs, and what it said; the token is among the identifiers.
CREATE TABLE apple_lookups (
    app_id TEXT NOT NULL,
    install_id TEXT NOT NULL,
    noted_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL
    CHECK (state IN ('waiting', 'claimed', 'not_claimed', 'given_up')),
    attempts INTEGER NOT NULL,
    not_found INTEGER NOT NULL,
    next_attempt_at_ms INTEGER,
    reason TEXT,
    answered_at_ms INTEGER,
    -- A JSON object of texts, by Apple's names.
    claim TEXT,
    PRIMARY KEY (app_id, install_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX apple_lookups_due ON apple_lookups (next_attempt_at_ms)
WHERE next_attempt_at_ms IS NOT NULL;
