"""The program's side of the wire: ask over HTTP, hear over MQTT."""
