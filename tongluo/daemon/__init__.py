"""The live drivers: collector, main loop, dispatcher, control socket."""
