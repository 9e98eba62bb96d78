"""The queue server: owns queues, windows and priority, and publishes what happened."""
