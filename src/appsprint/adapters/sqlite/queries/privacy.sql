-- name: installs_of_device
-- The install with this device-made id.
SELECT install_id FROM installs WHERE app_id = :app_id AND appsprint_id = :value;

-- name: installs_of_customer
-- Every install that ever had this customer's id; rare, so it reads the app's identifiers through.
SELECT DISTINCT install_id FROM install_identifiers
WHERE app_id = :app_id AND kind = 'customer_user_id' AND value = :value ORDER BY install_id;

-- name: clicks_of_install
-- The clicks that ever earned an install, the one that a quality rule refused it, and those with
-- its advertising ids.
SELECT click_id FROM attributions
WHERE app_id = :app_id AND install_id = :install_id AND click_id IS NOT NULL
UNION
SELECT click_id FROM quality_findings
WHERE app_id = :app_id AND install_id = :install_id AND click_id IS NOT NULL
UNION
SELECT click_id FROM clicks
WHERE app_id = :app_id AND advertising_id IS NOT NULL AND advertising_id IN (
    SELECT advertising_id FROM installs WHERE app_id = :app_id AND install_id = :install_id
    UNION
    SELECT value FROM install_identifiers
    WHERE app_id = :app_id AND install_id = :install_id AND kind IN ('idfa', 'contested_idfa', 'gaid')
);

-- name: own_clicks
-- Of these clicks those that earned nobody else's install.
SELECT j.value AS click_id FROM json_each(:click_ids) AS j
WHERE NOT EXISTS (
    SELECT 1 FROM attributions
    WHERE app_id = :app_id AND click_id = j.value AND install_id <> :install_id
);

-- name: like_clicks
-- What the same browser asked for at the same address, within a day of one of these clicks.
SELECT o.click_id FROM json_each(:click_ids) AS j
CROSS JOIN clicks AS c ON c.app_id = :app_id AND c.click_id = j.value
CROSS JOIN clicks AS o
    ON o.app_id = c.app_id AND o.address_key = c.address_key
    AND o.occurred_at_ms BETWEEN c.occurred_at_ms - 86400000 AND c.occurred_at_ms + 86400000
WHERE o.client_ip = c.client_ip AND o.user_agent = c.user_agent;

-- name: erase_visits
-- The same of visits that made no click, such as a HEAD. Ids begin with their time.
UPDATE filtered_visits SET client_ip = '', user_agent = ''
WHERE app_id = :app_id AND visit_id IN (
    SELECT v.visit_id FROM json_each(:click_ids) AS j
    CROSS JOIN clicks AS c ON c.app_id = :app_id AND c.click_id = j.value
    CROSS JOIN filtered_visits AS v
        ON v.app_id = c.app_id
        AND v.visit_id >= 'vis_' || printf('%012x', c.occurred_at_ms - 86400000)
        AND v.visit_id < 'vis_' || printf('%012x', c.occurred_at_ms + 86400000)
    WHERE v.client_ip = c.client_ip AND v.user_agent = c.user_agent AND v.client_ip <> ''
);

-- name: erase_click
-- A click without its person; link, time and network stay, the address is that of the link. Not one
-- that earned another install: a device can name any click as its own.
UPDATE clicks SET
    client_ip = '', address_key = NULL, user_agent = '', accept_language = NULL,
    advertising_id = NULL, http_referrer = NULL,
    page_url = substr(page_url, 1, instr(page_url || '?', '?') - 1)
WHERE app_id = :app_id AND click_id = :click_id AND client_ip <> '' AND NOT EXISTS (
    SELECT 1 FROM attributions
    WHERE app_id = :app_id AND click_id = :click_id AND install_id <> :install_id
);

-- name: erase_decisions
-- Decisions keep their campaign and lose the network's click id and the explanation.
UPDATE attributions SET network_click_id = NULL, explanation = '{}'
WHERE app_id = :app_id AND install_id = :install_id;

-- name: erase_self_checks
-- What the rule would have said of an install.
DELETE FROM self_checks WHERE app_id = :app_id AND install_id = :install_id;

-- name: deliveries_of_install
-- The deliveries of an install's events.
SELECT delivery_id FROM deliveries
WHERE app_id = :app_id AND network = :network AND event_row_id IN (
    SELECT id FROM events WHERE app_id = :app_id AND install_id = :install_id
);

-- name: calls_of_deliveries
-- The calls that carried some of these deliveries, with all that they carried.
SELECT call_id, payloads FROM network_calls WHERE payloads IS NOT NULL AND call_id IN (
    SELECT call_id FROM deliveries
    WHERE app_id = :app_id AND delivery_id IN (SELECT value FROM json_each(:ids))
    UNION
    SELECT call_id FROM attempts
    WHERE app_id = :app_id AND delivery_id IN (SELECT value FROM json_each(:ids))
);

-- name: set_payloads
-- What is left of what a call carried.
UPDATE network_calls SET payloads = :payloads WHERE call_id = :call_id;

-- name: leases_of_app
-- What an app's senders have in their hands.
SELECT lease_id, delivery_ids FROM delivery_leases WHERE app_id = ?;

-- name: set_lease
-- What is left of a lease.
UPDATE delivery_leases SET delivery_ids = :ids WHERE lease_id = :lease_id;

-- name: erase_deliveries
-- Deliveries of an install's events; one that was not sent never is.
UPDATE deliveries SET
    event_id = 'erased:' || event_row_id, appsprint_id = 'erased:' || install_id,
    reason = CASE WHEN status IN ('pending', 'retrying') THEN 'erased' ELSE reason END,
    next_attempt_at_ms = NULL,
    status = CASE WHEN status IN ('pending', 'retrying') THEN 'skipped' ELSE status END
WHERE app_id = :app_id AND network = :network AND event_row_id IN (
    SELECT id FROM events WHERE app_id = :app_id AND install_id = :install_id
);

-- name: erase_events
-- Events keep their type, day and revenue.
UPDATE events SET
    event_id = 'erased:' || id, appsprint_id = 'erased:' || install_id, parameters = NULL,
    client_ip = ''
WHERE app_id = :app_id AND install_id = :install_id;

-- name: erase_refused_events
-- What was quoted of refused events that name the device; of those that an older version stored,
-- the quotation alone can tell.
UPDATE refused_events SET event_id = NULL, appsprint_id = NULL, excerpt = ''
WHERE app_id = :app_id AND (
    appsprint_id = (
        SELECT appsprint_id FROM installs WHERE app_id = :app_id AND install_id = :install_id
    )
    OR instr(excerpt, (
        SELECT appsprint_id FROM installs WHERE app_id = :app_id AND install_id = :install_id
    )) > 0
);

-- name: erase_identifiers
-- Everything that became known of an install later.
DELETE FROM install_identifiers WHERE app_id = :app_id AND install_id = :install_id;

-- name: erase_apple_lookup
-- What Apple said of the install.
DELETE FROM apple_lookups WHERE app_id = :app_id AND install_id = :install_id;

-- name: erase_test_devices
-- The device on the list of test devices; before the identifiers and the install, which name it.
DELETE FROM test_devices WHERE app_id = :app_id AND (kind, value) IN (
    SELECT 'appsprint_id', appsprint_id FROM installs
    WHERE app_id = :app_id AND install_id = :install_id
    UNION
    SELECT k.kind, i.advertising_id FROM installs AS i
    CROSS JOIN (SELECT 'gaid' AS kind UNION SELECT 'idfa') AS k
    WHERE i.app_id = :app_id AND i.install_id = :install_id
    UNION
    SELECT 'idfv', lower(json_extract(body, '$.idfv')) FROM installs
    WHERE app_id = :app_id AND install_id = :install_id
    UNION
    SELECT kind, value FROM install_identifiers
    WHERE app_id = :app_id AND install_id = :install_id
);

-- name: erase_install
-- The install keeps its day, platform, model and country.
UPDATE installs SET
    appsprint_id = 'erased:' || install_id, client_ip = '', address_key = NULL, user_agent = NULL,
    install_referrer = NULL, given_click_id = NULL, advertising_id = NULL, body = '{}'
WHERE app_id = :app_id AND install_id = :install_id;

-- name: select_mark
-- Up to where a kind was forgotten.
SELECT last_id FROM retention_marks WHERE app_id = ? AND kind = ?;

-- name: set_mark
-- The new place.
INSERT INTO retention_marks (app_id, kind, last_id) VALUES (?, ?, ?)
ON CONFLICT (app_id, kind) DO UPDATE SET last_id = excluded.last_id;

-- name: old_clicks
-- The next clicks that are old enough.
SELECT click_id FROM clicks
WHERE app_id = :app_id AND click_id > :after AND click_id < :before
ORDER BY click_id LIMIT :limit;

-- name: count_forgotten_clicks
-- The ledger is told of the clicks that go; see forget_clicks.
INSERT INTO day_counts (app_id, day, kind, amount)
SELECT app_id, occurred_at_ms / 86400000 AS day, 'forgotten:click', count(*) FROM clicks
WHERE app_id = :app_id AND click_id > :after AND click_id <= :last AND click_id NOT IN (
    SELECT click_id FROM attributions WHERE app_id = :app_id AND click_id IS NOT NULL
)
GROUP BY day
ON CONFLICT DO UPDATE SET amount = amount + excluded.amount;

-- name: forget_clicks
-- Old clicks that earned nothing go; the link's totals stay.
DELETE FROM clicks
WHERE app_id = :app_id AND click_id > :after AND click_id <= :last AND click_id NOT IN (
    SELECT click_id FROM attributions WHERE app_id = :app_id AND click_id IS NOT NULL
);

-- name: forget_credited_clicks
-- Old clicks that earned an install lose their person.
UPDATE clicks SET
    client_ip = '', address_key = NULL, user_agent = '', accept_language = NULL,
    advertising_id = NULL, http_referrer = NULL,
    page_url = substr(page_url, 1, instr(page_url || '?', '?') - 1)
WHERE app_id = :app_id AND click_id > :after AND click_id <= :last;

-- name: old_filtered_visits
-- The next visits of machines that are old enough.
SELECT visit_id FROM filtered_visits
WHERE app_id = :app_id AND visit_id > :after AND visit_id < :before
ORDER BY visit_id LIMIT :limit;

-- name: count_forgotten_visits
-- The ledger is told of the visits that go.
INSERT INTO day_counts (app_id, day, kind, amount)
SELECT app_id, occurred_at_ms / 86400000 AS day, 'forgotten:' || kind, count(*)
FROM filtered_visits
WHERE app_id = :app_id AND visit_id > :after AND visit_id <= :last
GROUP BY day, kind
ON CONFLICT DO UPDATE SET amount = amount + excluded.amount;

-- name: forget_filtered_visits
-- Old visits of machines go; the link's totals stay.
DELETE FROM filtered_visits
WHERE app_id = :app_id AND visit_id > :after AND visit_id <= :last;

-- name: old_installs
-- The next installs that are old enough.
SELECT install_id FROM installs
WHERE app_id = :app_id AND install_id > :after AND install_id < :before
ORDER BY install_id LIMIT :limit;

-- name: forget_installs
-- Old installs keep the device-made id, because the app still sends events under it.
UPDATE installs SET
    client_ip = '', address_key = NULL, user_agent = NULL, install_referrer = NULL,
    advertising_id = NULL, body = '{}'
WHERE app_id = :app_id AND install_id > :after AND install_id <= :last;

-- name: forget_identifiers
-- Advertising ids and Apple's token of old installs go; the customer's id stays.
DELETE FROM install_identifiers
WHERE
    app_id = :app_id AND install_id > :after AND install_id <= :last
    AND kind <> 'customer_user_id';

-- name: forget_apple_lookups
-- What Apple said of old installs; the decision keeps the campaign.
DELETE FROM apple_lookups
WHERE app_id = :app_id AND install_id > :after AND install_id <= :last;

-- name: forget_decisions
-- Old explanations hold addresses.
UPDATE attributions SET network_click_id = NULL, explanation = '{}'
WHERE app_id = :app_id AND install_id > :after AND install_id <= :last;

-- name: old_events
-- The next events that are old enough.
SELECT id FROM events
WHERE app_id = :app_id AND id > :after AND id < :before
ORDER BY id LIMIT :limit;

-- name: forget_events
-- Old events keep their type, day and revenue.
UPDATE events SET parameters = NULL, client_ip = ''
WHERE app_id = :app_id AND id > :after AND id <= :last;

-- name: old_refused_events
-- The next refused events that are old enough.
SELECT refusal_id FROM refused_events
WHERE app_id = :app_id AND refusal_id > :after AND refusal_id < :before
ORDER BY refusal_id LIMIT :limit;

-- name: forget_refused_events
-- Old refused events keep their reason.
UPDATE refused_events SET event_id = NULL, appsprint_id = NULL, excerpt = ''
WHERE app_id = :app_id AND refusal_id > :after AND refusal_id <= :last;

-- name: old_deliveries
-- The next deliveries that are old enough.
SELECT delivery_id FROM deliveries
WHERE app_id = :app_id AND delivery_id > :after AND delivery_id < :before
ORDER BY delivery_id LIMIT :limit;

-- name: forget_deliveries
-- Old deliveries keep their outcome and lose what was sent; with it goes what else their calls
-- carried, which is hardly younger.
UPDATE network_calls SET payloads = NULL WHERE payloads IS NOT NULL AND call_id IN (
    SELECT call_id FROM deliveries
    WHERE app_id = :app_id AND delivery_id > :after AND delivery_id <= :last
    UNION
    SELECT call_id FROM attempts
    WHERE app_id = :app_id AND delivery_id > :after AND delivery_id <= :last
);

-- name: select_retention
-- What an app sets for itself, in days.
SELECT kind, days FROM app_retention WHERE app_id = ?;

-- name: insert_retention
-- An app's own retention of a kind.
INSERT INTO app_retention (app_id, kind, days) VALUES (?, ?, ?);

-- name: delete_retention
-- The server's retention counts again.
DELETE FROM app_retention WHERE app_id = ? AND kind = ?;
