"""What operators know of the money: how much comes in each month, from how many, and what is gained and lost.

    figures.read(now=now)

Amounts are whole minor units of one currency and never summed over two. Each figure is a property of `figures`, and says in
`definitions` how it is meant. What accounts come to is read from `subscriptions`, what became of them from their events;
payments from the provider's own books.
"""
