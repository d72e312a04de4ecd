"""Fact tables of the demo model: plain facts, typed in by hand, plain ASCII, one theme a file.

Every word of the training text comes from here, from the templates in `corpus` or from the seed.
The order of the rows is part of the data: common things come first and are drawn more often.
"""
