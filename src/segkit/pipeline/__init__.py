"""From a config to a finished run folder: which notebook needs and gives which table, and in what order they run."""
