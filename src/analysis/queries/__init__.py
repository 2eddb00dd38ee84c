"""Questions to the sites: findings with an id that stays, and what became of them."""
