"""Where and when: sites, their phases and jobs, the map, and programmes as one system."""
