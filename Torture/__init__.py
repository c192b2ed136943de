"""Torture for a durable message board: break everything around it, then check that nothing promised was lost."""
