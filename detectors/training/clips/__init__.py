"""The clips that everything is learnt from: whose they are, what they are, who may hear them."""
