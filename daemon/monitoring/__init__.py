"""Health and metrics over HTTP, and what reads them: alert rules and a dashboard."""
