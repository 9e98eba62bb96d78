"""What the clerk sees and presses; renders a screen and forwards presses, decides nothing."""
