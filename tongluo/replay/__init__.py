"""A case on disk, judged by the engine that runs live; what came of it as files and a report.

case.yaml -> Case                  case          what happened, where, from which source
readings  -> Columns               readings      in order of arrival, in inner units
Columns   -> Engine -> Effects     run           the live engine in stream time
Effects   -> files                 outputs, log  decisions, CAP messages, would-be deliveries
impacts   -> scores                scores        hits, misses, false alarms, lead time
all of it -> report.html           report        one page, readable offline and on paper
readings  -> MQTT                  publish       as the stations would have sent them
"""
