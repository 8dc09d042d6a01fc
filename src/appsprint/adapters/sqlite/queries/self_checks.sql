-- name: insert_self_check
-- What the rule would have said of an install without Play's referrer.
INSERT INTO self_checks (app_id, install_id, received_at_ms, outcome, confidence)
VALUES (?, ?, ?, ?, ?);

-- name: sum_self_checks
-- By UTC day; the index answers alone.
SELECT
    received_at_ms / 86400000 AS day,
    sum(outcome = 'agreed') AS agreed,
    sum(outcome = 'other_click') AS other_click,
    sum(outcome = 'no_credit') AS no_credit,
    total(confidence) AS stated
FROM self_checks WHERE app_id = ? AND received_at_ms >= ?
GROUP BY 1 ORDER BY 1;
