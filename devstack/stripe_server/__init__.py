"""A Stripe for a laptop: the part of Stripe's API that Huntaze uses, with its pages, its clock and its webhooks.

It speaks the wire protocol of one version of the API, and takes and gives what Stripe's published document says. What it
leaves out it refuses, never silently. No money moves. See docs/stripe-simulator.md.
"""
