"""The window clerk's app: call the next visitor, serve, send on; a pure flow, a presenter without Qt, thin widgets."""
