"""The embedded store: the journal, its readers, snapshots of state, the export to InfluxDB."""
