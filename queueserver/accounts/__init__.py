"""Who may ask: people and devices, their secrets, and what is kept of an identity document."""
