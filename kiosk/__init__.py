"""The kiosk: a visitor touches, a slip comes out. Pure flow, presenter without Qt, widgets that show and forward."""
