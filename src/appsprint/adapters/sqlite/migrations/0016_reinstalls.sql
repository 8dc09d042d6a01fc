-- Who had the app before. The re-attribution window is in days; earlier_install_id is the person's
-- install before a reinstall, NULL where only the SDK says that there was one.
ALTER TABLE apps ADD COLUMN reattribution_days INTEGER NOT NULL DEFAULT 90;
ALTER TABLE attributions ADD COLUMN earlier_install_id TEXT;

-- Live installs by what is the same on one device; erasing a person takes it away by itself.
CREATE INDEX installs_by_advertising_id ON installs (app_id, advertising_id)
WHERE advertising_id IS NOT NULL AND environment = 'live';
CREATE INDEX installs_by_idfv ON installs (app_id, lower(json_extract(body, '$.idfv')))
WHERE json_extract(body, '$.idfv') IS NOT NULL AND environment = 'live';
