"""Coverage of a site: its configuration, register and deliveries, as `dissemination.coverage` needs
them."""
