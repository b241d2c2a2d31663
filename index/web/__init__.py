"""Pages, feeds and sitemaps of the web, fetched when somebody names their address."""
