-- Android's advertising ids that a repeated registration told, to find a person's earlier installs.
CREATE INDEX install_identifiers_by_gaid ON install_identifiers (app_id, value)
WHERE is_latest = 1 AND kind = 'gaid';
