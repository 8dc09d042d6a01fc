-- What matching by address and device would have said of installs whose click Play named.
CREATE TABLE self_checks (
    app_id TEXT NOT NULL,
    install_id TEXT NOT NULL,
    received_at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('agreed', 'other_click', 'no_credit')),
    confidence REAL,
    PRIMARY KEY (app_id, install_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX self_checks_by_arrival ON self_checks (app_id, received_at_ms, outcome, confidence);
