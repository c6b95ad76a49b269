"""The Forge for language models: tools over the Model Context Protocol."""
