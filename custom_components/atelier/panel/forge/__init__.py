"""What administrators ask of Forges in the panel; a Forge's token never reaches a browser."""
