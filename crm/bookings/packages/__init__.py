"""Several visits sold at once: five cuts, to be used one by one."""
