"""The world to readings: codecs, quality, order in event time."""
