"""The provider wallet API (contract, section 10): how game providers move money, served in front of Django."""
