"""Makes the training text and the question sets of the demo model from `tables` and a seed.

Reading order: `settings` and `draw` (constants, the one random stream), `relation` and `skills`
(what can be said and asked), `subjects` (which of them belong together), `documents` and
`questions` (what is written), `tokenizer` and `shards` (how it reaches the training run).
"""
