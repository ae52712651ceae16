"""The words, the ports and the step driver. Imports nothing else of the house."""
