-- name: insert_install
-- A new install; one that the app knows inserts nothing.
INSERT INTO installs (
    app_id, install_id, appsprint_id, dialect, environment, platform, installed_at_ms,
    received_at_ms, client_ip, address_key, user_agent, device_model, os_version, locale, country,
    install_referrer, given_click_id, advertising_id, test_reason, body
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (app_id, appsprint_id) DO NOTHING;

-- name: select_install_by_appsprint_id
-- An install by its device-made id, with the decision in force.
SELECT i.*, a.* FROM installs AS i
JOIN attributions AS a
    ON a.app_id = i.app_id AND a.install_id = i.install_id AND a.is_in_force = 1
WHERE i.app_id = ? AND i.appsprint_id = ?;

-- name: select_install
-- An install by our id, with the decision in force.
SELECT i.*, a.* FROM installs AS i
JOIN attributions AS a
    ON a.app_id = i.app_id AND a.install_id = i.install_id AND a.is_in_force = 1
WHERE i.app_id = ? AND i.install_id = ?;

-- name: page_installs
-- Installs, newest arrival first; conditions are added to it.
SELECT i.*, a.* FROM installs AS i
JOIN attributions AS a
    ON a.app_id = i.app_id AND a.install_id = i.install_id AND a.is_in_force = 1
WHERE i.app_id = :app_id AND (:after IS NULL OR i.install_id < :after)
{conditions}
ORDER BY i.install_id DESC LIMIT :limit;

-- name: supersede_decision
-- A newer version takes the older one's place and keeps it.
UPDATE attributions SET is_in_force = 0
WHERE app_id = ? AND install_id = ? AND is_in_force = 1;

-- name: insert_decision
-- One version of the decision on one install.
INSERT INTO attributions (
    app_id, install_id, version, decided_at_ms, rule_version, match_type, confidence, reason,
    click_id, link_id, network, campaign_id, campaign_name, adgroup_id, adgroup_name, ad_id,
    ad_name, network_click_id, explanation, is_reinstall, earlier_install_id, is_test, tags,
    rejected_for, withheld_for, cause, is_in_force
) VALUES (
    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1
);

-- name: select_decisions
-- Every version, newest first.
SELECT * FROM attributions WHERE app_id = ? AND install_id = ? ORDER BY version DESC;

-- name: supersede_identifier
-- The value that was the latest until now.
UPDATE install_identifiers SET is_latest = 0
WHERE app_id = ? AND install_id = ? AND kind = ? AND is_latest = 1;

-- name: insert_identifier
-- What became known of an install.
INSERT INTO install_identifiers (app_id, install_id, kind, noted_at_ms, value, is_latest)
VALUES (?, ?, ?, ?, ?, 1);

-- name: select_identifier
-- The latest value of a kind.
SELECT value FROM install_identifiers
WHERE app_id = ? AND install_id = ? AND kind = ? AND is_latest = 1;

-- name: select_identifiers
-- The latest value of every kind.
SELECT kind, value FROM install_identifiers
WHERE app_id = ? AND install_id = ? AND is_latest = 1;

-- name: since
-- Installs from an arrival on, oldest first; ids sort by time.
SELECT i.*, a.* FROM installs AS i
JOIN attributions AS a
    ON a.app_id = i.app_id AND a.install_id = i.install_id AND a.is_in_force = 1
WHERE i.app_id = :app_id AND i.install_id >= :first AND i.install_id > :after
AND i.received_at_ms >= :since_ms
ORDER BY i.install_id LIMIT :limit;

-- name: select_identifier_owner
-- Whose latest value this is; of several, the install that told it last.
SELECT install_id FROM install_identifiers
WHERE app_id = ? AND kind = ? AND value = ? AND is_latest = 1
AND kind IN ('customer_user_id', 'idfa')
ORDER BY noted_at_ms DESC, rowid DESC LIMIT 1;

-- name: earlier_of_device
-- Live installs stored before one that share its advertising id or idfv; row numbers are in the
-- order of storing. Each part is one look-up in an index, in the words in which the index is made.
WITH this AS MATERIALIZED (
    SELECT rowid AS number FROM installs WHERE app_id = :app_id AND install_id = :install_id
)
SELECT * FROM (
    SELECT install_id, installed_at_ms, 'advertising_id' AS shared FROM installs
    WHERE
        app_id = :app_id AND advertising_id = :advertising_id AND environment = 'live'
        AND rowid < (SELECT number FROM this)
    ORDER BY rowid DESC LIMIT :limit
)
UNION ALL
SELECT * FROM (
    SELECT i.install_id, i.installed_at_ms, 'advertising_id' FROM install_identifiers AS d
    CROSS JOIN installs AS i
        ON i.app_id = d.app_id AND i.install_id = d.install_id AND i.environment = 'live'
        AND i.rowid < (SELECT number FROM this)
    WHERE
        d.app_id = :app_id AND d.kind = 'idfa' AND d.value = :advertising_id
        AND d.kind IN ('customer_user_id', 'idfa')
        AND d.is_latest = 1
    ORDER BY d.rowid DESC LIMIT :limit
)
UNION ALL
SELECT * FROM (
    SELECT i.install_id, i.installed_at_ms, 'advertising_id' FROM install_identifiers AS d
    CROSS JOIN installs AS i
        ON i.app_id = d.app_id AND i.install_id = d.install_id AND i.environment = 'live'
        AND i.rowid < (SELECT number FROM this)
    WHERE
        d.app_id = :app_id AND d.kind = 'gaid' AND d.value = :advertising_id
        AND d.is_latest = 1
    ORDER BY d.rowid DESC LIMIT :limit
)
UNION ALL
SELECT * FROM (
    SELECT install_id, installed_at_ms, 'idfv' FROM installs
    WHERE
        app_id = :app_id AND lower(json_extract(body, '$.idfv')) = :idfv
        AND json_extract(body, '$.idfv') IS NOT NULL AND environment = 'live'
        AND rowid < (SELECT number FROM this)
    ORDER BY rowid DESC LIMIT :limit
);

-- name: count_unearned_at
-- Live installs from one address that no click earned, within a time whose end is not included.
SELECT count(*) FROM (
    SELECT 1 FROM installs AS i
    JOIN attributions AS a
        ON a.app_id = i.app_id AND a.install_id = i.install_id AND a.is_in_force = 1
    WHERE i.app_id = ? AND i.address_key = ? AND i.received_at_ms >= ? AND i.received_at_ms < ?
    AND a.click_id IS NULL AND a.is_test = 0 LIMIT ?
);

-- name: select_unrelated
-- What all addresses of an app have taught.
SELECT installs, device_hours FROM unrelated_installs WHERE app_id = ?;

-- name: keep_unrelated_of_day
-- What was known when a UTC day began; later lessons of the day change nothing.
INSERT INTO unrelated_days (app_id, day_number, installs, device_hours) VALUES (?, ?, ?, ?)
ON CONFLICT (app_id, day_number) DO NOTHING;

-- name: upsert_unrelated
-- The same with one address more.
INSERT INTO unrelated_installs (app_id, installs, device_hours) VALUES (?, ?, ?)
ON CONFLICT (app_id) DO UPDATE SET
    installs = excluded.installs, device_hours = excluded.device_hours;

-- name: clear_advertising_id
-- The one that came with the registration.
UPDATE installs SET advertising_id = NULL WHERE app_id = ? AND install_id = ?;

-- name: set_ad_user_data
-- Beside what else the registration told, where deliveries look for it.
UPDATE installs SET body = json_set(body, '$.googleAdsConsent', json_object('adUserData', ?))
WHERE app_id = ? AND install_id = ?;

-- name: delete_advertising_ids
-- Those that became known later.
DELETE FROM install_identifiers
WHERE app_id = ? AND install_id = ? AND kind IN ('idfa', 'contested_idfa', 'gaid');
