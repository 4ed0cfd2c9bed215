// LoyaltyService
