"""The hall's screens and loudspeakers: who is called where, shown and said."""
