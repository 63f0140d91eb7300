"""Setting coughd up as a service of systemd: for the machine, or for one person."""
