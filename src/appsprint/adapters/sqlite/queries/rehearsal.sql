-- name: make_moment
-- The instant at which the rehearsal stands.
CREATE TEMP TABLE moment (at_ms INTEGER NOT NULL);

-- name: begin_moment
-- Before everything.
INSERT INTO temp.moment (at_ms) VALUES (:since);

-- name: move_moment
-- On to the next arrival.
UPDATE temp.moment SET at_ms = ?;

-- name: hide_later_clicks
-- Only clicks that had been made.
CREATE TEMP VIEW clicks AS SELECT c.rowid AS rowid, c.* FROM main.clicks AS c
WHERE c.occurred_at_ms <= (SELECT at_ms FROM temp.moment);

-- name: hide_later_installs
-- Only installs that had registered.
CREATE TEMP VIEW installs AS SELECT i.rowid AS rowid, i.* FROM main.installs AS i
WHERE i.received_at_ms <= (SELECT at_ms FROM temp.moment);

-- name: make_told
-- What installs told that bears on credit, and when another value took its place.
CREATE TEMP TABLE told (
    number INTEGER PRIMARY KEY,
    app_id TEXT NOT NULL,
    install_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    noted_at_ms INTEGER NOT NULL,
    replaced_at_ms INTEGER
);

-- name: fill_told
-- In the order of telling.
INSERT INTO temp.told (number, app_id, install_id, kind, value, noted_at_ms, replaced_at_ms)
SELECT
    rowid, app_id, install_id, kind, value, noted_at_ms,
    lead(noted_at_ms) OVER (PARTITION BY install_id, kind ORDER BY rowid)
FROM main.install_identifiers
WHERE app_id = :app_id AND kind IN ('idfa', 'gaid', 'install_referrer', 'play_times', 'click_id');

-- name: index_told_by_install
-- To complete an install.
CREATE INDEX temp.told_by_install ON told (install_id, kind);

-- name: index_told_by_value
-- To find a person's earlier installs.
CREATE INDEX temp.told_by_value ON told (value, kind);

-- name: hide_later_identifiers
-- Only what had become known, and of each kind the latest then.
CREATE TEMP VIEW install_identifiers AS
SELECT d.number AS rowid, d.app_id, d.install_id, d.kind, d.noted_at_ms, d.value, 1 AS is_latest
FROM temp.told AS d
WHERE d.noted_at_ms <= (SELECT at_ms FROM temp.moment)
AND (d.replaced_at_ms IS NULL OR d.replaced_at_ms > (SELECT at_ms FROM temp.moment));

-- name: hide_later_answers
-- Only what Apple had said.
CREATE TEMP VIEW apple_lookups AS SELECT l.* FROM main.apple_lookups AS l
WHERE l.answered_at_ms IS NULL OR l.answered_at_ms <= (SELECT at_ms FROM temp.moment);

-- name: make_idless
-- Installs that have no advertising id, or none any more.
CREATE TEMP VIEW idless AS SELECT i.app_id, i.install_id FROM main.installs AS i
WHERE i.advertising_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM main.install_identifiers AS d
    WHERE d.app_id = i.app_id AND d.install_id = i.install_id AND d.kind IN ('idfa', 'gaid')
);

-- name: make_undecidable
-- Installs of the period that lack what decided them.
CREATE TEMP TABLE undecidable (install_id TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;

-- name: fill_undecidable
-- Their person, or that of the install before, was erased or forgotten or forbade the id.
INSERT INTO temp.undecidable (install_id)
SELECT i.install_id FROM main.installs AS i
JOIN main.attributions AS a
    ON a.app_id = i.app_id AND a.install_id = i.install_id AND a.is_in_force = 1
LEFT JOIN main.installs AS e ON e.app_id = a.app_id AND e.install_id = a.earlier_install_id
WHERE i.app_id = :app_id AND i.received_at_ms >= :since AND i.received_at_ms < :until AND (
    i.client_ip = ''
    OR e.client_ip = ''
    OR (a.match_type IN ('idfa', 'gaid') AND EXISTS (
        SELECT 1 FROM temp.idless AS n WHERE n.app_id = i.app_id AND n.install_id = i.install_id
    ))
    OR (a.is_reinstall = 1 AND a.explanation ->> '$.reinstall.by' = 'advertising_id' AND EXISTS (
        SELECT 1 FROM temp.idless AS n
        WHERE n.app_id = i.app_id AND n.install_id IN (i.install_id, e.install_id)
    ))
);

-- name: make_arrivals
-- What arrives, in order: installs (kind 0) and late facts (kind 1).
CREATE TEMP TABLE arrivals (
    number INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    install_id TEXT NOT NULL,
    cause TEXT
);

-- name: fill_arrivals
-- Installs that can be decided, and what some of them or Apple told later. Of facts that came
-- together the strongest is the cause.
INSERT INTO temp.arrivals (at_ms, kind, install_id, cause)
SELECT received_at_ms AS at_ms, 0 AS kind, install_id, NULL AS cause
FROM main.installs
WHERE app_id = :app_id AND received_at_ms >= :since AND received_at_ms < :until
AND install_id NOT IN (SELECT install_id FROM temp.undecidable)
UNION ALL
SELECT
    d.noted_at_ms, 1, d.install_id,
    CASE
        WHEN sum(d.kind = 'install_referrer') THEN 'install_referrer'
        WHEN sum(d.kind IN ('idfa', 'gaid')) THEN 'advertising_id'
        ELSE 'click_id'
    END
FROM main.install_identifiers AS d
JOIN main.installs AS i ON i.app_id = d.app_id AND i.install_id = d.install_id
WHERE d.app_id = :app_id AND d.kind IN ('idfa', 'gaid', 'install_referrer', 'click_id')
AND i.received_at_ms >= :since AND i.received_at_ms < :until
AND i.install_id NOT IN (SELECT install_id FROM temp.undecidable)
AND d.noted_at_ms > i.received_at_ms AND d.noted_at_ms < :until
AND (d.kind <> 'idfa' OR d.value IS NOT i.advertising_id)
GROUP BY d.install_id, d.noted_at_ms
UNION ALL
SELECT l.answered_at_ms, 1, l.install_id, 'apple_ads'
FROM main.apple_lookups AS l
JOIN main.installs AS i ON i.app_id = l.app_id AND i.install_id = l.install_id
WHERE l.app_id = :app_id AND l.state = 'claimed' AND l.answered_at_ms < :until
AND i.received_at_ms >= :since AND i.received_at_ms < :until
AND i.install_id NOT IN (SELECT install_id FROM temp.undecidable)
ORDER BY at_ms, kind, install_id;

-- name: index_arrivals
-- To tell which installs are decided again.
CREATE UNIQUE INDEX temp.arrived_installs ON arrivals (install_id) WHERE kind = 0;

-- name: count_arrivals
-- All of them.
SELECT count(*) FROM temp.arrivals;

-- name: next_arrivals
-- The next ones.
SELECT a.number, a.at_ms, a.kind, a.cause, i.* FROM temp.arrivals AS a
JOIN main.installs AS i ON i.app_id = :app_id AND i.install_id = a.install_id
WHERE a.number > :after ORDER BY a.number LIMIT :limit;

-- name: make_attributions
-- Credit as the rehearsal gives it, in the columns of the stored one.
CREATE TEMP TABLE attributions AS SELECT * FROM main.attributions LIMIT 0;

-- name: keep_credit_of_others
-- Decisions in force on installs that are not decided again, as far as they can matter.
INSERT INTO temp.attributions
SELECT a.* FROM main.installs AS i
JOIN main.attributions AS a
    ON a.app_id = i.app_id AND a.install_id = i.install_id AND a.is_in_force = 1
WHERE i.app_id = :app_id AND i.received_at_ms >= :reaches_back_to
AND (
    i.received_at_ms < :since OR i.received_at_ms >= :until
    OR i.install_id IN (SELECT install_id FROM temp.undecidable)
);

-- name: shorten_explanations
-- They were copied with their decisions, and nobody reads them.
UPDATE temp.attributions SET explanation = '{}';

-- name: index_decisions
-- As in the store.
CREATE UNIQUE INDEX temp.rehearsed_decisions ON attributions (app_id, install_id, version);

-- name: index_decisions_in_force
-- The one in force.
CREATE UNIQUE INDEX temp.rehearsed_in_force ON attributions (app_id, install_id)
WHERE is_in_force = 1;

-- name: index_credit
-- One click earns one install here too.
CREATE UNIQUE INDEX temp.rehearsed_credit ON attributions (app_id, click_id, is_test)
WHERE is_in_force = 1 AND click_id IS NOT NULL;

-- name: index_credit_of_links
-- As in the store.
CREATE INDEX temp.rehearsed_links ON attributions (app_id, link_id)
WHERE is_in_force = 1 AND link_id IS NOT NULL;

-- name: make_link_totals
-- What the links had brought.
CREATE TEMP TABLE link_totals (
    app_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    clicks INTEGER NOT NULL,
    filtered_visits INTEGER NOT NULL,
    installs INTEGER NOT NULL,
    PRIMARY KEY (app_id, link_id)
) WITHOUT ROWID;

-- name: fill_link_totals
-- The totals of today without what came after the beginning.
INSERT INTO temp.link_totals (app_id, link_id, clicks, filtered_visits, installs)
SELECT
    t.app_id, t.link_id,
    t.clicks - coalesce(c.amount, 0), t.filtered_visits, t.installs - coalesce(a.amount, 0)
FROM main.link_totals AS t
LEFT JOIN (
    SELECT link_id, count(*) AS amount FROM temp.passing_clicks GROUP BY link_id
) AS c ON c.link_id = t.link_id
LEFT JOIN (
    SELECT a.link_id, count(*) AS amount FROM main.installs AS i
    JOIN main.attributions AS a
        ON a.app_id = i.app_id AND a.install_id = i.install_id AND a.is_in_force = 1
    WHERE i.app_id = :app_id AND i.received_at_ms >= :since AND a.link_id IS NOT NULL
    AND a.is_test = 0
    GROUP BY a.link_id
) AS a ON a.link_id = t.link_id
WHERE t.app_id = :app_id;

-- name: count_credit
-- As in the store.
CREATE TEMP TRIGGER rehearse_credit AFTER INSERT ON attributions
WHEN NEW.is_in_force = 1 AND NEW.link_id IS NOT NULL AND NEW.is_test = 0 BEGIN
    UPDATE link_totals SET installs = installs + 1
    WHERE app_id = NEW.app_id AND link_id = NEW.link_id;
END;

-- name: count_lost_credit
-- As in the store.
CREATE TEMP TRIGGER rehearse_lost_credit AFTER UPDATE OF is_in_force ON attributions
WHEN OLD.is_in_force = 1 AND NEW.is_in_force = 0 AND OLD.link_id IS NOT NULL AND OLD.is_test = 0
BEGIN
    UPDATE link_totals SET installs = installs - 1
    WHERE app_id = OLD.app_id AND link_id = OLD.link_id;
END;

-- name: make_passing_clicks
-- Clicks from the beginning on, to be counted as the rehearsal passes them.
CREATE TEMP TABLE passing_clicks (
    number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, link_id TEXT NOT NULL
);

-- name: fill_passing_clicks
-- In the order of time.
INSERT INTO temp.passing_clicks (at_ms, link_id)
SELECT occurred_at_ms, link_id FROM main.clicks
WHERE app_id = :app_id AND occurred_at_ms >= :since
ORDER BY occurred_at_ms;

-- name: next_passing_clicks
-- The next ones.
SELECT number, at_ms, link_id FROM temp.passing_clicks
WHERE number > ? ORDER BY number LIMIT ?;

-- name: count_clicks
-- What a link had more.
UPDATE temp.link_totals SET clicks = clicks + ? WHERE app_id = ? AND link_id = ?;

-- name: make_link_hours
-- Clicks of a link by clock hour.
CREATE TEMP TABLE link_hours (
    app_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    hour INTEGER NOT NULL,
    clicks INTEGER NOT NULL,
    PRIMARY KEY (app_id, link_id, hour)
) WITHOUT ROWID;

-- name: fill_link_hours
-- Whole hours before the beginning, as far back as a credited click can be.
INSERT INTO temp.link_hours (app_id, link_id, hour, clicks)
SELECT app_id, link_id, hour, clicks FROM main.link_hours
WHERE app_id = :app_id AND hour >= :reaches_back_to / 3600000 AND hour < :since / 3600000;

-- name: count_clicks_of_hour
-- What a link had more.
INSERT INTO temp.link_hours (app_id, link_id, hour, clicks) VALUES (?, ?, ?, ?)
ON CONFLICT (app_id, link_id, hour) DO UPDATE SET clicks = clicks + excluded.clicks;

-- name: make_findings
-- What quality rules find in the rehearsal.
CREATE TEMP TABLE quality_findings (
    app_id TEXT NOT NULL,
    install_id TEXT NOT NULL,
    rule TEXT NOT NULL,
    consequence TEXT NOT NULL,
    click_id TEXT,
    campaign_id TEXT,
    campaign_name TEXT,
    PRIMARY KEY (app_id, install_id, rule)
) WITHOUT ROWID;

-- name: select_findings
-- Of one install.
SELECT rule, consequence, click_id, campaign_id, campaign_name FROM temp.quality_findings
WHERE app_id = ? AND install_id = ?;

-- name: make_self_checks
-- Written beside it, and never read here.
CREATE TEMP TABLE self_checks AS SELECT * FROM main.self_checks LIMIT 0;

-- name: make_unrelated
-- What had been learnt.
CREATE TEMP TABLE unrelated_installs (
    app_id TEXT NOT NULL PRIMARY KEY, installs REAL NOT NULL, device_hours REAL NOT NULL
) WITHOUT ROWID;

-- name: fill_unrelated
-- When the first day began: as kept then, or as it is where nothing was learnt since.
INSERT INTO temp.unrelated_installs (app_id, installs, device_hours)
SELECT app_id, installs, device_hours FROM (
    SELECT * FROM (
        SELECT 0 AS place, app_id, installs, device_hours FROM main.unrelated_days
        WHERE app_id = :app_id AND day_number >= :day ORDER BY day_number LIMIT 1
    )
    UNION ALL
    SELECT 1, app_id, installs, device_hours FROM main.unrelated_installs WHERE app_id = :app_id
) ORDER BY place LIMIT 1;

-- name: make_unrelated_days
-- Written beside it, and never read here.
CREATE TEMP TABLE unrelated_days (
    app_id TEXT NOT NULL, day_number INTEGER NOT NULL, installs REAL NOT NULL,
    device_hours REAL NOT NULL, PRIMARY KEY (app_id, day_number)
) WITHOUT ROWID;

-- name: make_changed
-- Installs whose decision is another one.
CREATE TEMP TABLE changed (
    number INTEGER PRIMARY KEY,
    install_id TEXT NOT NULL,
    is_test INTEGER NOT NULL,
    old_version INTEGER NOT NULL,
    old_click TEXT,
    new_click TEXT,
    group_number INTEGER NOT NULL
);

-- name: fill_changed
-- Another click or none, another kind of install, or another refusal.
INSERT INTO temp.changed (
    number, install_id, is_test, old_version, old_click, new_click, group_number
)
SELECT r.number, r.install_id, t.is_test, b.version, b.click_id, t.click_id, r.number
FROM temp.arrivals AS r
JOIN main.attributions AS b
    ON b.app_id = :app_id AND b.install_id = r.install_id AND b.is_in_force = 1
JOIN temp.attributions AS t
    ON t.app_id = :app_id AND t.install_id = r.install_id AND t.is_in_force = 1
WHERE r.kind = 0 AND (
    b.click_id IS NOT t.click_id OR b.network IS NOT t.network
    OR b.is_reinstall <> t.is_reinstall OR b.rejected_for IS NOT t.rejected_for
);

-- name: index_changed
-- To find who holds a wanted click.
CREATE INDEX temp.changed_by_old_click ON changed (old_click, is_test)
WHERE old_click IS NOT NULL;

-- name: handovers
-- Two installs between which a click passes.
SELECT taker.number, giver.number FROM temp.changed AS taker
JOIN temp.changed AS giver
    ON giver.old_click = taker.new_click AND giver.is_test = taker.is_test
WHERE giver.number <> taker.number;

-- name: set_group
-- The group that a change belongs to.
UPDATE temp.changed SET group_number = ? WHERE number = ?;

-- name: order_changed
-- By group, then in the order of arrival.
CREATE INDEX temp.changed_in_groups ON changed (group_number, number);

-- name: next_changed
-- The next changes with both decisions.
SELECT c.group_number, c.number, c.install_id, c.old_version, i.appsprint_id, i.received_at_ms
FROM temp.changed AS c
JOIN main.installs AS i ON i.app_id = :app_id AND i.install_id = c.install_id
WHERE (c.group_number, c.number) > (:group, :after)
ORDER BY c.group_number, c.number LIMIT :limit;

-- name: stored_decision
-- The one that was in force outside the rehearsal.
SELECT * FROM main.attributions WHERE app_id = ? AND install_id = ? AND version = ?;

-- name: rehearsed_decision
-- The one in force inside.
SELECT * FROM temp.attributions WHERE app_id = ? AND install_id = ? AND is_in_force = 1;

-- name: campaigns
-- New live installs by campaign under both decisions.
SELECT
    coalesce(campaign_id, '') AS campaign_id, max(campaign_name) AS campaign_name,
    is_organic, sum(is_before) AS before, sum(1 - is_before) AS after
FROM (
    SELECT b.campaign_id, b.campaign_name, b.network IS NULL AS is_organic, 1 AS is_before
    FROM temp.arrivals AS r
    JOIN main.attributions AS b
        ON b.app_id = :app_id AND b.install_id = r.install_id AND b.is_in_force = 1
    WHERE r.kind = 0 AND b.is_test = 0 AND b.is_reinstall = 0
    UNION ALL
    SELECT t.campaign_id, t.campaign_name, t.network IS NULL, 0
    FROM temp.arrivals AS r
    JOIN temp.attributions AS t
        ON t.app_id = :app_id AND t.install_id = r.install_id AND t.is_in_force = 1
    WHERE r.kind = 0 AND t.is_test = 0 AND t.is_reinstall = 0
)
GROUP BY 1, 3 ORDER BY 3, 1;

-- name: count_changed
-- Those with another decision.
SELECT count(*) FROM temp.changed;

-- name: count_installs
-- Those that were decided again.
SELECT count(*) FROM temp.arrivals WHERE kind = 0;

-- name: count_kept
-- Installs of the period that keep what was decided.
SELECT count(*) FROM temp.undecidable;
