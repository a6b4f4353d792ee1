"""Offers from the promotions provider, and who has opted in to them."""
