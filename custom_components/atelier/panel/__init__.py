"""What the panel in Home Assistant's side bar is told, and may do, over the WebSocket."""
