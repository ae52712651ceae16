"""The console: residents' page, live feed, Atom, operators' API. It reads the journal only."""
