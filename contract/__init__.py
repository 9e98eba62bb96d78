"""What goes over the wire between the queue server and everything else; both ends import this and nothing more."""
