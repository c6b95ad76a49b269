"""A client of the Forge's API: what the command line and the MCP server stand on."""
