"""Questions asked of the store, behind `coughd.storage.history`, and exports."""
