"""`stations.yaml`: read, checked, and made into a plan."""
