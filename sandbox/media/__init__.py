"""Pictures, voices and papers that pass through this world: their kinds, their files, their samples."""
