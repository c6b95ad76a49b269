"""The actions of a makerspace, by what they act on."""
