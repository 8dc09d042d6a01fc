-- The ledger by day. What arrives is counted beside the rows that it makes, so that a row that goes
-- missing is noticed. Days are UTC's, as a number since 1970-01-01; day 0 holds what arrived before
-- days were told apart.

CREATE TABLE day_counts (
    app_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (app_id, day, kind)
) STRICT, WITHOUT ROWID;

INSERT INTO day_counts (app_id, day, kind, amount)
SELECT app_id, occurred_at_ms / 86400000, 'click', count(*) FROM clicks GROUP BY 1, 2
UNION ALL
SELECT app_id, occurred_at_ms / 86400000, kind, count(*) FROM filtered_visits GROUP BY 1, 2, 3
UNION ALL
SELECT app_id, received_at_ms / 86400000, 'install', count(*) FROM installs GROUP BY 1, 2
UNION ALL
SELECT app_id, created_at_ms / 86400000, 'delivery', count(*) FROM deliveries GROUP BY 1, 2;

-- Clicks that were forgotten before this counted them.
INSERT INTO day_counts (app_id, day, kind, amount)
SELECT app_id, 0, kind, amount FROM (
    SELECT t.app_id, sum(t.clicks) - (
        SELECT count(*) FROM clicks AS c WHERE c.app_id = t.app_id
    ) AS amount
    FROM link_totals AS t GROUP BY t.app_id
) CROSS JOIN (SELECT 'click' AS kind UNION ALL SELECT 'forgotten:click')
WHERE amount > 0;

CREATE TRIGGER count_click_of_day AFTER INSERT ON clicks BEGIN
    INSERT INTO day_counts (app_id, day, kind, amount)
    VALUES (NEW.app_id, NEW.occurred_at_ms / 86400000, 'click', 1)
    ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER count_filtered_visit_of_day AFTER INSERT ON filtered_visits BEGIN
    INSERT INTO day_counts (app_id, day, kind, amount)
    VALUES (NEW.app_id, NEW.occurred_at_ms / 86400000, NEW.kind, 1)
    ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER count_install_of_day AFTER INSERT ON installs BEGIN
    INSERT INTO day_counts (app_id, day, kind, amount)
    VALUES (NEW.app_id, NEW.received_at_ms / 86400000, 'install', 1)
    ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER count_delivery_of_day AFTER INSERT ON deliveries BEGIN
    INSERT INTO day_counts (app_id, day, kind, amount)
    VALUES (NEW.app_id, NEW.created_at_ms / 86400000, 'delivery', 1)
    ON CONFLICT DO UPDATE SET amount = amount + 1;
END;

-- The received counts get a day; what cannot be told by day stays on day 0, with any gap it has.
CREATE TABLE received_days (
    app_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    received INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    PRIMARY KEY (app_id, day)
) STRICT, WITHOUT ROWID;
INSERT INTO received_days (app_id, day, received, duplicates, refused, stored)
SELECT app_id, day, sum(stored) + sum(refused), 0, sum(refused), sum(stored) FROM (
    SELECT app_id, received_at_ms / 86400000 AS day, 1 AS stored, 0 AS refused FROM events
    WHERE event_type <> 'install'
    UNION ALL
    SELECT app_id, received_at_ms / 86400000, 0, 1 FROM refused_events
) GROUP BY app_id, day;
INSERT INTO received_days (app_id, day, received, duplicates, refused, stored)
SELECT
    c.app_id, 0, c.received - coalesce(sum(d.received), 0), c.duplicates,
    c.refused - coalesce(sum(d.refused), 0), c.stored - coalesce(sum(d.stored), 0)
FROM received_counts AS c LEFT JOIN received_days AS d ON d.app_id = c.app_id
GROUP BY c.app_id;
DROP TABLE received_counts;
ALTER TABLE received_days RENAME TO received_counts;
