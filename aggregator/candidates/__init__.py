"""Which pairs are worth a comparison: keys that likely copies share."""
