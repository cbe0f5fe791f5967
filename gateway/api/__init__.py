"""The gateway's own addresses: policy packs and catalogues."""
