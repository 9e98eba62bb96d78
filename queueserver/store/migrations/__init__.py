"""Schema migrations, one file a step; run by database.prepare at every start."""
